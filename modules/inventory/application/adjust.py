"""Change what is on the shelf by hand: goods received, counted, lost."""

from __future__ import annotations

from django.utils import timezone

from contracts.inventory import InvalidStockChange, StockAdjusted, StockLevel
from contracts.kernel import Sku
from modules.inventory.domain.movements import LONGEST_REASON, check_adjustment
from modules.inventory.infra import shelf
from seamline.events import publish


def adjust(*, sku: Sku, change: int, reason: str) -> StockLevel:
    """Add units, or take some away; a new stock code starts at zero.

    :raises InvalidStockChange: fewer units would be left than are reserved, or the change is zero or out of range.
    """
    check_adjustment(sku=sku, change=change)
    reason = reason[:LONGEST_REASON]
    level = shelf.change_on_hand(sku=sku, change=change, reason=reason, now=timezone.now())
    if level is None:
        raise InvalidStockChange(sku=sku, reason=f"taking {-change} units away would leave fewer than are reserved")
    publish(StockAdjusted(sku=sku, change=change, on_hand=level.on_hand, reason=reason))
    return level
