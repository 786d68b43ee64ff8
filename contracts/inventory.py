"""Inventory: what is on the shelf, what is promised to orders, and what can still be sold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contracts.kernel import OrderId, Sku
from seamline.contract import Contract, ContractError, ErrorKind, Event, command, query


class ReservationState(StrEnum):
    HELD = "held"
    CONFIRMED = "confirmed"
    RELEASED = "released"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLine:
    """Units of one product; above zero."""

    sku: Sku
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    order_id: OrderId
    state: ReservationState
    lines: tuple[StockLine, ...]
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLevel:
    sku: Sku
    on_hand: int
    reserved: int

    @property
    def available(self) -> int:
        """Units that can still be reserved."""
        return self.on_hand - self.reserved


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """A product of which more was asked for than can be reserved."""

    sku: Sku
    requested: int
    available: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StockRecord:
    """What is known from elsewhere of a product's stock up to now."""

    sku: Sku
    received: int
    sold: int
    returned: int
    corrected: int
    """Signed: stock-takers' corrections."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StockReserved(Event, name="inventory.stock_reserved", key="order_id"):
    order_id: OrderId
    lines: tuple[StockLine, ...]
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationConfirmed(Event, name="inventory.reservation_confirmed", key="order_id"):
    """The goods left the shelf for good."""

    order_id: OrderId
    lines: tuple[StockLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationReleased(Event, name="inventory.reservation_released", key="order_id"):
    order_id: OrderId
    lines: tuple[StockLine, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationExpired(Event, name="inventory.reservation_expired", key="order_id"):
    order_id: OrderId
    lines: tuple[StockLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StockAdjusted(Event, name="inventory.stock_adjusted", key="sku"):
    sku: Sku
    change: int
    on_hand: int
    reason: str


@dataclass(eq=False, kw_only=True)
class InventoryError(ContractError, module="inventory"):
    """Root of the inventory's errors."""


@dataclass(eq=False, kw_only=True)
class OutOfStock(InventoryError):
    """Fewer units can be reserved than were asked for; nothing is held."""

    shortfalls: tuple[Shortfall, ...]


@dataclass(eq=False, kw_only=True)
class UnknownReservation(InventoryError, kind=ErrorKind.NOT_FOUND):
    """Nothing was ever reserved for this order."""

    order_id: OrderId


@dataclass(eq=False, kw_only=True)
class ReservationGone(InventoryError):
    """The reservation expired or was released before it was confirmed; its units may be sold to others."""

    order_id: OrderId
    state: ReservationState


@dataclass(eq=False, kw_only=True)
class InvalidStockChange(InventoryError, kind=ErrorKind.INVALID):
    """The change would leave fewer units on the shelf than are reserved, or a quantity is out of range."""

    sku: Sku
    reason: str


class Inventory(
    Contract,
    module="inventory",
    version="1.1",
    events=(StockReserved, ReservationConfirmed, ReservationReleased, ReservationExpired, StockAdjusted),
):
    """Stock on hand and reservations."""

    @query(timeout=0.3)
    def availability(self, *, skus: tuple[Sku, ...]) -> Mapping[Sku, int]:
        """Units that can still be reserved, for each known stock code."""

    @query(timeout=0.3)
    def levels(self, *, skus: tuple[Sku, ...]) -> Mapping[Sku, StockLevel]:
        """On hand and reserved, for each known stock code."""

    @query(timeout=0.3)
    def reservation(self, *, order_id: OrderId) -> Reservation:
        """What is, or was, held for an order.

        :raises UnknownReservation: nothing was ever reserved for it.
        """

    @query(timeout=0.5)
    def reservations(self, *, order_ids: tuple[OrderId, ...]) -> Mapping[OrderId, Reservation]:
        """The reservations of these orders; orders for which nothing was ever reserved are left out."""

    @command(timeout=2.0)
    def reserve(self, *, order_id: OrderId, lines: tuple[StockLine, ...], hold_seconds: int = 900) -> Reservation:
        """Hold stock for an order until it is confirmed, released or expires. All lines or none.

        An order has one reservation in its life: asking again answers it as it is by then, expired or released too.

        :raises OutOfStock: with the products that fall short; nothing is held.
        :raises InvalidStockChange: a quantity is not above zero.
        """

    @command(timeout=2.0)
    def confirm(self, *, order_id: OrderId) -> Reservation:
        """Take the held units off the shelf for good. Confirming twice changes nothing.

        :raises UnknownReservation: nothing was ever reserved for this order.
        :raises ReservationGone: it expired or was released; the units may be sold to others.
        """

    @command(timeout=2.0)
    def release(self, *, order_id: OrderId, reason: str) -> None:
        """Give the units of an order back: held ones become free, confirmed ones return to the shelf.

        Releasing twice, or what was never reserved, changes nothing.
        """

    @command(timeout=2.0)
    def adjust(self, *, sku: Sku, change: int, reason: str) -> StockLevel:
        """Add units to the shelf, or take some away (negative). A new stock code starts at zero.

        :raises InvalidStockChange: fewer units would be left than are reserved.
        """

    @command(timeout=30.0)
    def put_stock(self, *, records: tuple[StockRecord, ...]) -> int:
        """Take over stock known from elsewhere: on hand = received - sold + returned + corrected, never below zero.

        Answers how many stock codes were new; known ones stay as they are.
        """
