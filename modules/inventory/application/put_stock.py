"""Take over stock known from elsewhere, in one statement however many products there are."""

from __future__ import annotations

from django.utils import timezone

from contracts.inventory import StockAdjusted, StockRecord
from contracts.kernel import Sku
from modules.inventory.domain.movements import MovementKind, opening_movements
from modules.inventory.infra import shelf
from seamline.events import publish

REASON = "taken over"


def put_stock(*, records: tuple[StockRecord, ...]) -> int:
    """Open the stock of products that are not known yet; answers how many were new. Of doubles the first one counts."""
    openings: dict[Sku, tuple[tuple[MovementKind, int], ...]] = {}
    for record in records:
        openings.setdefault(Sku(record.sku), tuple(opening_movements(record)))
    opened = shelf.open_stock(openings, reason=REASON, now=timezone.now())
    publish(
        *(StockAdjusted(sku=sku, change=on_hand, on_hand=on_hand, reason=REASON) for sku, on_hand in opened.items())
    )
    return len(opened)
