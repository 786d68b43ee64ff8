"""The implementation of the contract: each method hands over to its use case."""

from __future__ import annotations

from contracts.kernel import CustomerId, Sku
from contracts.recommendations import Recommendation, Recommendations
from modules.recommendations.application import for_customer, for_products


class RecommendationsService(Recommendations):
    """Answers from the live generation of neighbours."""

    def also_bought(self, *, sku: Sku, limit: int = 6) -> tuple[Recommendation, ...]:
        return for_products.for_products(skus=(sku,), limit=limit)

    def for_basket(self, *, skus: tuple[Sku, ...], limit: int = 6) -> tuple[Recommendation, ...]:
        return for_products.for_products(skus=skus, limit=limit)

    def for_customer(self, *, customer_id: CustomerId, limit: int = 6) -> tuple[Recommendation, ...]:
        return for_customer.for_customer(customer_id=customer_id, limit=limit)
