"""Use case: an order was cancelled, so that nobody may learn from it."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from modules.recommendations.models import BasketKind, RecordedBasket
from seamline.data import atomic


def forget_orders(order_ids: Collection[UUID]) -> None:
    """Leave these orders' baskets out of histories at once, and of the neighbours from their next refresh."""
    if not order_ids:
        return
    with atomic("recommendations"):
        RecordedBasket.objects.filter(order_id__in=list(order_ids)).update(kind=BasketKind.CANCELLED)
