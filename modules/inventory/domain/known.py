"""What is known of a product's stock from events alone. Pure: a state and an event in, a state out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from contracts.inventory import (
    ReservationConfirmed,
    ReservationExpired,
    ReservationReleased,
    StockAdjusted,
    StockLine,
    StockReserved,
)
from contracts.kernel import OrderId
from seamline.contract import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownStock:
    """Units on the shelf, and those of them that are promised to orders."""

    on_hand: int = 0
    reserved: int = 0
    confirmed: tuple[OrderId, ...] = ()
    """Orders whose units have left; only theirs return to the shelf when they are given back."""

    @property
    def available(self) -> int:
        """Units that could still be reserved."""
        return self.on_hand - self.reserved


def evolve(stock: KnownStock, event: Event, sku: str) -> KnownStock:
    """The stock of a product after an event."""
    match event:
        case StockAdjusted():
            return replace(stock, on_hand=stock.on_hand + event.change)
        case StockReserved():
            return replace(stock, reserved=stock.reserved + _units(event.lines, sku))
        case ReservationConfirmed():
            units = _units(event.lines, sku)
            return replace(
                stock,
                on_hand=stock.on_hand - units,
                reserved=stock.reserved - units,
                confirmed=(*stock.confirmed, event.order_id),
            )
        case ReservationReleased() if event.order_id in stock.confirmed:
            left = tuple(order_id for order_id in stock.confirmed if order_id != event.order_id)
            return replace(stock, on_hand=stock.on_hand + _units(event.lines, sku), confirmed=left)
        case ReservationReleased() | ReservationExpired():
            return replace(stock, reserved=stock.reserved - _units(event.lines, sku))
        case _:
            return stock


def _units(lines: Iterable[StockLine], sku: str) -> int:
    return sum(line.quantity for line in lines if line.sku == sku)
