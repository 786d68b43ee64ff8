"""Inventory's implementation of its contract: each operation is its use case, nothing more."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.inventory import Inventory, Reservation, StockLevel, StockLine, StockRecord
from contracts.kernel import OrderId, Sku
from modules.inventory.application.adjust import adjust
from modules.inventory.application.availability import availability
from modules.inventory.application.confirm import confirm
from modules.inventory.application.levels import levels
from modules.inventory.application.put_stock import put_stock
from modules.inventory.application.release import release
from modules.inventory.application.reservation import reservation
from modules.inventory.application.reservations import reservations
from modules.inventory.application.reserve import reserve


class InventoryService(Inventory):
    """Stock on hand and reservations."""

    def availability(self, *, skus: tuple[Sku, ...]) -> Mapping[Sku, int]:
        return availability(skus=skus)

    def levels(self, *, skus: tuple[Sku, ...]) -> Mapping[Sku, StockLevel]:
        return levels(skus=skus)

    def reservation(self, *, order_id: OrderId) -> Reservation:
        return reservation(order_id=order_id)

    def reservations(self, *, order_ids: tuple[OrderId, ...]) -> Mapping[OrderId, Reservation]:
        return reservations(order_ids=order_ids)

    def reserve(self, *, order_id: OrderId, lines: tuple[StockLine, ...], hold_seconds: int = 900) -> Reservation:
        return reserve(order_id=order_id, lines=lines, hold_seconds=hold_seconds)

    def confirm(self, *, order_id: OrderId) -> Reservation:
        return confirm(order_id=order_id)

    def release(self, *, order_id: OrderId, reason: str) -> None:
        release(order_id=order_id, reason=reason)

    def adjust(self, *, sku: Sku, change: int, reason: str) -> StockLevel:
        return adjust(sku=sku, change=change, reason=reason)

    def put_stock(self, *, records: tuple[StockRecord, ...]) -> int:
        return put_stock(records=records)
