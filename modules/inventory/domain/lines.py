"""Rules for the lines of a reservation: what may be asked for, and what falls short. It may not touch a database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from contracts.inventory import InvalidStockChange, Shortfall, StockLine
from contracts.kernel import Sku

LARGEST_QUANTITY = 1_000_000
"""Units in one line, and in one adjustment."""


def combined(lines: Iterable[StockLine]) -> tuple[StockLine, ...]:
    """One line for each stock code, in the order of the codes: the order in which stock rows are locked.

    :raises InvalidStockChange: a quantity is not between 1 and ``LARGEST_QUANTITY``.
    """
    quantities: dict[Sku, int] = {}
    for line in lines:
        if line.quantity < 1:
            raise InvalidStockChange(
                sku=line.sku, reason=f"{line.quantity} units cannot be reserved: ask for at least 1"
            )
        quantities[line.sku] = quantities.get(line.sku, 0) + line.quantity
        if quantities[line.sku] > LARGEST_QUANTITY:
            raise InvalidStockChange(
                sku=line.sku, reason=f"more than {LARGEST_QUANTITY} units were asked for in one reservation"
            )
    return tuple(StockLine(sku=sku, quantity=quantities[sku]) for sku in sorted(quantities))


def shortfalls(wanted: Sequence[StockLine], available: Mapping[Sku, int]) -> tuple[Shortfall, ...]:
    """Every line of which fewer units are free than wanted; an unknown stock code has none."""
    return tuple(
        Shortfall(sku=line.sku, requested=line.quantity, available=available.get(line.sku, 0))
        for line in wanted
        if line.quantity > available.get(line.sku, 0)
    )
