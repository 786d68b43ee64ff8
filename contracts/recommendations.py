"""Recommendations: what customers who bought this also bought, and why we say so."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.kernel import CustomerId, Sku
from seamline.contract import Contract, query


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    sku: Sku
    score: float
    """Comparable within one answer only; higher is better."""
    because_of: tuple[Sku, ...]
    """The products that led to it, the strongest first."""
    bought_together: int
    """Baskets that hold it and the strongest of ``because_of``."""


class Recommendations(Contract, module="recommendations", version="1.0"):
    """Item-item neighbours from real baskets."""

    @query(timeout=0.3)
    def also_bought(self, *, sku: Sku, limit: int = 6) -> tuple[Recommendation, ...]:
        """What was bought with this product, the best first; empty for a product nobody bought yet."""

    @query(timeout=0.3)
    def for_basket(self, *, skus: tuple[Sku, ...], limit: int = 6) -> tuple[Recommendation, ...]:
        """What goes with these products and is not among them, the best first."""

    @query(timeout=0.3)
    def for_customer(self, *, customer_id: CustomerId, limit: int = 6) -> tuple[Recommendation, ...]:
        """What goes with what this customer bought before and is new to them, the best first."""
