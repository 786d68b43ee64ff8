"""Take the held units of an order off the shelf for good."""

from __future__ import annotations

from dataclasses import replace

from django.utils import timezone

from contracts.inventory import (
    Reservation,
    ReservationConfirmed,
    ReservationGone,
    ReservationState,
    UnknownReservation,
)
from contracts.kernel import OrderId
from modules.inventory.infra import reservations, shelf
from seamline.events import publish


def confirm(*, order_id: OrderId) -> Reservation:
    """Sell what is held; twice changes nothing. One whose time is over but that still holds its units is sold, too.

    :raises UnknownReservation: nothing was ever reserved for this order.
    :raises ReservationGone: it expired or was released.
    """
    found = reservations.locked(order_id)
    if found is None:
        raise UnknownReservation(order_id=order_id)
    if found.state is ReservationState.CONFIRMED:
        return found
    if found.state is not ReservationState.HELD:
        raise ReservationGone(order_id=order_id, state=found.state)
    now = timezone.now()
    shelf.sell(order_id=order_id, lines=found.lines, now=now)
    reservations.close(order_ids=[order_id], state=ReservationState.CONFIRMED, reason="", now=now)
    publish(ReservationConfirmed(order_id=order_id, lines=found.lines))
    return replace(found, state=ReservationState.CONFIRMED)
