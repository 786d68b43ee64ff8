"""Free what is held for orders that were never confirmed: no reservation lives for ever. A job runs it."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from django.utils import timezone

from contracts.inventory import ReservationExpired, ReservationState, StockLine
from contracts.kernel import Sku
from modules.inventory.infra import reservations, shelf
from seamline.data import atomic
from seamline.events import publish

BATCH = 100


def expire_reservations(*, at: datetime | None = None) -> int:
    """Expire every reservation whose time is over, in batches of one transaction each; answers how many.

    Several processes may run it at once: each takes what no other works on.
    """
    now = at or timezone.now()
    expired = 0
    while count := _expire_batch(now):
        expired += count
    return expired


def _expire_batch(now: datetime) -> int:
    with atomic("inventory"):
        overdue = reservations.lock_overdue(now=now, limit=BATCH)
        if not overdue:
            return 0
        units: Counter[Sku] = Counter()
        for found in overdue:
            units.update({line.sku: line.quantity for line in found.lines})
        shelf.let_go(lines=[StockLine(sku=sku, quantity=units[sku]) for sku in sorted(units)], now=now)
        reservations.close(
            order_ids=[found.order_id for found in overdue], state=ReservationState.EXPIRED, reason="expired", now=now
        )
        publish(*(ReservationExpired(order_id=found.order_id, lines=found.lines) for found in overdue))
        return len(overdue)
