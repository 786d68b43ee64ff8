"""Give the units of an order back, whether they are only held or sold already."""

from __future__ import annotations

from django.utils import timezone

from contracts.inventory import ReservationReleased, ReservationState
from contracts.kernel import OrderId
from modules.inventory.domain.movements import LONGEST_REASON
from modules.inventory.infra import reservations, shelf
from seamline.events import publish


def release(*, order_id: OrderId, reason: str) -> None:
    """Held units become free, confirmed ones return to the shelf; anything else changes nothing."""
    found = reservations.locked(order_id)
    if found is None or found.state not in (ReservationState.HELD, ReservationState.CONFIRMED):
        return
    now, reason = timezone.now(), reason[:LONGEST_REASON]
    if found.state is ReservationState.HELD:
        shelf.let_go(lines=found.lines, now=now)
    else:
        shelf.put_back(order_id=order_id, lines=found.lines, reason=reason, now=now)
    reservations.close(order_ids=[order_id], state=ReservationState.RELEASED, reason=reason, now=now)
    publish(ReservationReleased(order_id=order_id, lines=found.lines, reason=reason))
