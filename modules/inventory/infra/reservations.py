"""The SQL of reservations: made once an order, locked before any stock, read with its lines in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from contracts.inventory import Reservation, ReservationState, StockLine
from contracts.kernel import OrderId
from seamline.data import connection_for

_INSERT = """
INSERT INTO reservation (order_id, state, expires_at, created_at, reason)
VALUES (%s, 'held', %s, %s, '') ON CONFLICT (order_id) DO NOTHING
"""
_READ = """
SELECT order_id, state, expires_at, (
    SELECT coalesce(jsonb_agg(jsonb_build_object('sku', sku, 'quantity', quantity) ORDER BY sku), '[]')::text
    FROM reservation_line WHERE reservation_line.order_id = reservation.order_id
) FROM reservation WHERE order_id = %s
"""
_READ_ALL = _READ.replace("WHERE order_id = %s", "WHERE order_id = ANY(%s)")
_LOCK = _READ + " FOR NO KEY UPDATE"
# Lines are written once, with their reservation, so the subquery may read them from the statement's snapshot.
_LOCK_OVERDUE = """
SELECT order_id, state, expires_at, (
    SELECT coalesce(jsonb_agg(jsonb_build_object('sku', sku, 'quantity', quantity) ORDER BY sku), '[]')::text
    FROM reservation_line WHERE reservation_line.order_id = reservation.order_id
) FROM reservation WHERE state = 'held' AND expires_at <= %s
ORDER BY expires_at LIMIT %s FOR NO KEY UPDATE SKIP LOCKED
"""
_CLOSE = "UPDATE reservation SET state = %s, reason = %s, ended_at = %s WHERE order_id = ANY(%s)"
_lines_decoder = msgspec.json.Decoder(tuple[StockLine, ...])


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """``earlier`` is the reservation that the order had already; None where this one is new."""

    expires_at: datetime
    earlier: Reservation | None


def start(*, order_id: OrderId, hold_seconds: int, now: datetime) -> Started:
    """Write an order's reservation down; of two at once, the second waits for the first and finds it."""
    expires_at = now + timedelta(seconds=hold_seconds)
    with connection_for("inventory").cursor() as cursor:
        cursor.execute(_INSERT, [order_id, expires_at, now])
        is_new = cursor.rowcount == 1
    return Started(expires_at=expires_at, earlier=None if is_new else locked(order_id))


def read(order_id: OrderId) -> Reservation | None:
    """An order's reservation with its lines."""
    return next(iter(_reservations(_READ, [order_id])), None)


def read_all(order_ids: Sequence[OrderId]) -> list[Reservation]:
    """The reservations of these orders with their lines, in one statement."""
    return _reservations(_READ_ALL, [list(order_ids)])


def locked(order_id: OrderId) -> Reservation | None:
    """The same, locked until the transaction ends."""
    return next(iter(_reservations(_LOCK, [order_id])), None)


def lock_overdue(*, now: datetime, limit: int) -> list[Reservation]:
    """Held reservations whose time is over and that nobody else is working on, locked; the oldest first."""
    return _reservations(_LOCK_OVERDUE, [now, limit])


def close(*, order_ids: Sequence[OrderId], state: ReservationState, reason: str, now: datetime) -> None:
    """Set the state of locked reservations."""
    with connection_for("inventory").cursor() as cursor:
        cursor.execute(_CLOSE, [state.value, reason, now, list(order_ids)])


def _reservations(sql: str, parameters: list[Any]) -> list[Reservation]:
    with connection_for("inventory").cursor() as cursor:
        cursor.execute(sql, parameters)
        return [
            Reservation(
                order_id=order_id,
                state=ReservationState(state),
                expires_at=expires_at,
                lines=_lines_decoder.decode(lines),
            )
            for order_id, state, expires_at, lines in cursor.fetchall()
        ]
