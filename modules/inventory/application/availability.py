"""How many units of products can still be reserved."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.kernel import Sku
from modules.inventory.models import StockItem


def availability(*, skus: tuple[Sku, ...]) -> Mapping[Sku, int]:
    """Free units, for each known stock code."""
    rows = StockItem.objects.filter(sku__in=skus).values_list("sku", "on_hand", "reserved")
    return {Sku(sku): on_hand - reserved for sku, on_hand, reserved in rows}
