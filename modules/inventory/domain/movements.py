"""Why units come to the shelf or leave it. The movements of a product always add up to what is on hand."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from contracts.inventory import InvalidStockChange, StockRecord
from contracts.kernel import Sku
from modules.inventory.domain.lines import LARGEST_QUANTITY

LONGEST_SKU = 40
LONGEST_REASON = 200


class MovementKind(StrEnum):
    RECEIVED = "received"
    SOLD = "sold"
    RETURNED = "returned"
    CORRECTED = "corrected"
    ADJUSTED = "adjusted"
    """An operator's change."""
    OPENING = "opening"
    """Makes up for sales known from elsewhere whose goods nobody recorded as received."""


def opening_movements(record: StockRecord) -> Iterator[tuple[MovementKind, int]]:
    """The movements, none of them zero, that add up to the stock that a record leaves: never below zero."""
    known = (
        (MovementKind.RECEIVED, record.received),
        (MovementKind.SOLD, -record.sold),
        (MovementKind.RETURNED, record.returned),
        (MovementKind.CORRECTED, record.corrected),
    )
    balance = sum(change for _, change in known)
    if balance < 0:
        yield MovementKind.OPENING, -balance
    yield from ((kind, change) for kind, change in known if change)


def check_adjustment(*, sku: Sku, change: int) -> None:
    """Whether the change of a product's stock is one at all.

    :raises InvalidStockChange: it is zero or out of range, or the stock code cannot be one.
    """
    if not 0 < len(sku) <= LONGEST_SKU or "\x00" in sku:
        raise InvalidStockChange(sku=sku, reason=f"a stock code has 1 to {LONGEST_SKU} characters")
    if change == 0 or abs(change) > LARGEST_QUANTITY:
        raise InvalidStockChange(
            sku=sku, reason=f"a change of {change} is out of range: between 1 and {LARGEST_QUANTITY} units, either way"
        )
