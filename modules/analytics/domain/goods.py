"""Which lines of an order are goods: charges stand on invoices among the products, and nobody buys them together.

The recommendations have a rule of the same words; modules share contracts, not rules, so each keeps its own.
"""

from __future__ import annotations

from collections.abc import Iterable

from contracts.orders import OrderLine

CHARGES = frozenset(
    {"POST", "DOT", "M", "C2", "D", "S", "B", "CRUK", "PADS", "BANK CHARGES", "AMAZONFEE", "ADJUST", "ADJUST2"}
)
"""Codes of postage, fees, discounts, samples, corrections."""
_VOUCHERS = "GIFT_"


def goods_in(lines: Iterable[OrderLine]) -> dict[str, str]:
    """Names of the products that were sold for money, by stock code."""
    return {
        line.sku: line.name
        for line in lines
        if line.quantity > 0
        and line.unit_price.amount > 0
        and line.sku.upper() not in CHARGES
        and not line.sku.upper().startswith(_VOUCHERS)
    }
