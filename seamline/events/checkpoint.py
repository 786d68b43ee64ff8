"""Checkpoints: how far a subscription has taken in a publisher's log, in the subscriber's own schema.

Whoever holds the row's lock is the only one that delivers. This file may not know handlers.
"""

from __future__ import annotations

from dataclasses import dataclass

from seamline.data import connection_for

_CREATE = """
INSERT INTO checkpoint (subscription, publisher, position) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING
"""
_PEEK = "SELECT position FROM checkpoint WHERE subscription = %s AND publisher = %s AND partition = 0"
# The limits hold for this transaction alone; setting them here saves a round trip.
_CLAIM = """
SELECT position, paused,
    set_config('statement_timeout', %(limit)s, true), set_config('idle_in_transaction_session_timeout', %(limit)s, true)
FROM checkpoint WHERE subscription = %(subscription)s AND publisher = %(publisher)s AND partition = 0
FOR UPDATE SKIP LOCKED
"""
_LOCK = "SELECT 1 FROM checkpoint WHERE subscription = %s AND publisher = %s FOR UPDATE"
_MOVE = """
UPDATE checkpoint SET position = %s, updated_at = now()
WHERE subscription = %s AND publisher = %s AND partition = 0
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What the row held when its lock was taken."""

    position: int
    paused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The row of one subscription for one publisher. ``subscriber`` is the alias that it lies on."""

    subscriber: str
    subscription: str
    publisher: str

    def create(self, *, position: int) -> None:
        """Make the row; an existing one stays as it is."""
        with connection_for(self.subscriber).cursor() as cursor:
            cursor.execute(_CREATE, [self.subscription, self.publisher, position])

    def peek(self) -> int | None:
        """The position, without any lock; None before the subscription's first start."""
        with connection_for(self.subscriber).cursor() as cursor:
            cursor.execute(_PEEK, [self.subscription, self.publisher])
            row = cursor.fetchone()
            return None if row is None else int(row[0])

    def claim(self, *, timeout: float) -> Claim | None:
        """Lock the row until the open transaction ends; None when somebody else has it.

        :param timeout: seconds that a statement of this transaction may take from now on, or that it may idle.
        """
        limit = str(max(1, int(timeout * 1000)))
        with connection_for(self.subscriber).cursor() as cursor:
            cursor.execute(_CLAIM, {"limit": limit, "subscription": self.subscription, "publisher": self.publisher})
            row = cursor.fetchone()
            return None if row is None else Claim(position=row[0], paused=row[1])

    def lock(self) -> None:
        """Lock the row until the open transaction ends; waits for whoever delivers at the moment."""
        with connection_for(self.subscriber).cursor() as cursor:
            cursor.execute(_LOCK, [self.subscription, self.publisher])

    def move(self, *, position: int) -> None:
        """Set the position. Only with the row's lock held."""
        with connection_for(self.subscriber).cursor() as cursor:
            cursor.execute(_MOVE, [position, self.subscription, self.publisher])
