"""Hold stock for an order: all lines or none, never more than is there.

A reservation that arrives after its order's release (a late message) holds units until it expires, and no longer.
"""

from __future__ import annotations

from django.utils import timezone

from contracts.inventory import OutOfStock, Reservation, ReservationState, StockLine, StockReserved
from contracts.kernel import OrderId
from modules.inventory.domain.lines import combined, shortfalls
from modules.inventory.infra import reservations, shelf
from seamline.events import publish

LONGEST_HOLD = 86_400
"""Seconds: a reservation never lives longer than a day, whatever the caller asks for."""


def reserve(*, order_id: OrderId, lines: tuple[StockLine, ...], hold_seconds: int = 900) -> Reservation:
    """Hold the lines; an order that has a reservation gets that one as it is.

    :param hold_seconds: 1 to 86,400; what is beyond is cut to it.
    :raises OutOfStock: with every line that falls short; nothing is held.
    :raises InvalidStockChange: a quantity is not above zero.
    """
    wanted = combined(lines)
    now = timezone.now()
    started = reservations.start(order_id=order_id, hold_seconds=min(max(hold_seconds, 1), LONGEST_HOLD), now=now)
    if started.earlier is not None:
        return started.earlier
    short = shortfalls(wanted, shelf.lock_available([line.sku for line in wanted]))
    if short:
        raise OutOfStock(shortfalls=short)
    shelf.hold(order_id=order_id, lines=wanted, now=now)
    publish(StockReserved(order_id=order_id, lines=wanted, expires_at=started.expires_at))
    return Reservation(order_id=order_id, state=ReservationState.HELD, lines=wanted, expires_at=started.expires_at)
