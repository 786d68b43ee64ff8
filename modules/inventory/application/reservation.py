"""What is, or was, held for an order."""

from __future__ import annotations

from contracts.inventory import Reservation, UnknownReservation
from contracts.kernel import OrderId
from modules.inventory.infra import reservations


def reservation(*, order_id: OrderId) -> Reservation:
    """The order's reservation.

    :raises UnknownReservation: nothing was ever reserved for it.
    """
    found = reservations.read(order_id)
    if found is None:
        raise UnknownReservation(order_id=order_id)
    return found
