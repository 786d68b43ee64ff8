"""Use case: remember what was bought and what came back."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from modules.recommendations.domain.baskets import Basket
from modules.recommendations.models import BasketKind, RecordedBasket
from seamline.data import atomic


def record_baskets(baskets: Iterable[tuple[UUID, Basket]]) -> None:
    """Store baskets under the ids of their orders; one that is stored already stays as it is.

    The neighbours learn of it at their next refresh.
    """
    rows = [
        RecordedBasket(
            order_id=order_id,
            customer_id=None if basket.customer is None else UUID(basket.customer),
            at=basket.at,
            kind=BasketKind.RETURN if basket.is_return else BasketKind.SALE,
            skus=list(basket.skus),
            units=list(basket.units),
        )
        for order_id, basket in baskets
    ]
    with atomic("recommendations"):
        RecordedBasket.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
