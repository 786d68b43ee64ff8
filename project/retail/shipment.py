"""What an import puts into the shop: the contracts' own values, whichever source they were made from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from contracts.catalog import CategoryDraft, ProductDraft
from contracts.customers import CustomerRecord
from contracts.inventory import StockRecord
from contracts.orders import SaleRecord
from contracts.payments import Settlement

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """Everything that is to be stored, in the order in which it is sent."""

    categories: tuple[CategoryDraft, ...]
    products: tuple[ProductDraft, ...]
    customers: tuple[CustomerRecord, ...]
    stock: tuple[StockRecord, ...]
    sales: tuple[SaleRecord, ...]
    """In order of time."""

    @property
    def settlements(self) -> tuple[Settlement, ...]:
        """The money of each sale and credit note; those over nothing moved none."""
        return tuple(
            Settlement(order_id=sale.order_id, amount=sale.total, settled_at=sale.placed_at)
            for sale in self.sales
            if sale.total.amount
        )


def batches(items: Iterable[_Item], size: int) -> Iterator[tuple[_Item, ...]]:
    """The items in tuples of ``size``, the last one perhaps shorter."""
    iterator = iter(items)
    while batch := tuple(islice(iterator, size)):
        yield batch
