"""How many units of products are on hand and reserved."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.inventory import StockLevel
from contracts.kernel import Sku
from modules.inventory.models import StockItem


def levels(*, skus: tuple[Sku, ...]) -> Mapping[Sku, StockLevel]:
    """Stock levels, for each known stock code."""
    rows = StockItem.objects.filter(sku__in=skus).values_list("sku", "on_hand", "reserved")
    return {Sku(sku): StockLevel(sku=Sku(sku), on_hand=on_hand, reserved=reserved) for sku, on_hand, reserved in rows}
