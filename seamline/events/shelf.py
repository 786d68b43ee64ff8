"""The shelf: events that a subscription has put aside, and the order in which they come back.

The first event of a key on the shelf is its head: it failed, and is tried again when due, or parked. Later events of
the key wait behind it. All changes happen under the checkpoint's lock, so that no event slips past its key. This file
may not know handlers; operators use ``parking``.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from seamline.data import connection_for
from seamline.events.partition import WHOLE, Partition
from seamline.events.stored import StoredEvent


class ParkedStatus(StrEnum):
    """Where an event on the shelf stands."""

    RETRYING = "retrying"
    """It failed and is tried again at ``next_attempt_at``."""
    PARKED = "parked"
    """It failed too often; an operator decides."""
    WAITING = "waiting"
    """An earlier event of its key is on the shelf."""
    DISCARDED = "discarded"
    """An operator gave it up, with a reason. Kept as a record."""


_BLOCKED = """
SELECT DISTINCT key FROM parked_event
WHERE subscription = %s AND publisher = %s AND key = ANY(%s) AND status <> 'discarded'
"""
_HEADS = """
SELECT key, position, attempts,
    greatest(0, extract(epoch FROM coalesce(next_attempt_at, clock_timestamp()) - clock_timestamp()))::float
FROM (
    SELECT DISTINCT ON (key) key, position, attempts, status, next_attempt_at FROM parked_event
    WHERE subscription = %s AND publisher = %s AND status <> 'discarded'{condition} ORDER BY key, position
) AS heads
WHERE status <> 'parked' ORDER BY 4, position LIMIT %s
"""
_QUEUE = """
SELECT position, attempts FROM parked_event
WHERE subscription = %s AND publisher = %s AND key = %s AND status <> 'discarded' ORDER BY position LIMIT %s
"""
_WAIT = """
INSERT INTO parked_event (subscription, publisher, position, event_id, name, key, status)
VALUES (%s, %s, %s, %s, %s, %s, 'waiting')
ON CONFLICT (subscription, publisher, position) DO UPDATE SET status = 'waiting', next_attempt_at = NULL
"""
_FAIL = """
INSERT INTO parked_event (subscription, publisher, position, event_id, name, key, status, attempts, next_attempt_at,
    error, traceback, first_failed_at, last_failed_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, clock_timestamp() + make_interval(secs => %s), %s, %s, clock_timestamp(),
    clock_timestamp())
ON CONFLICT (subscription, publisher, position) DO UPDATE SET status = excluded.status, attempts = excluded.attempts,
    next_attempt_at = excluded.next_attempt_at, error = excluded.error, traceback = excluded.traceback,
    last_failed_at = excluded.last_failed_at
"""
_FAIL_AGAIN = """
UPDATE parked_event SET status = %s, attempts = %s, next_attempt_at = clock_timestamp() + make_interval(secs => %s),
    error = %s, traceback = %s, first_failed_at = coalesce(first_failed_at, clock_timestamp()),
    last_failed_at = clock_timestamp()
WHERE subscription = %s AND publisher = %s AND position = %s AND attempts = %s AND status <> 'discarded'
"""
_TAKE = """
DELETE FROM parked_event
WHERE subscription = %s AND publisher = %s AND position = %s AND attempts = %s AND status <> 'discarded'
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """An event on the shelf that is first of its key, or becomes it; due in ``seconds``, zero when it is now."""

    key: str
    position: int
    attempts: int
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One failed attempt; ``delay`` seconds until the next, None parks the event."""

    position: int
    attempts: int
    delay: float | None
    error: str
    traceback: str

    @property
    def status(self) -> ParkedStatus:
        return ParkedStatus.PARKED if self.delay is None else ParkedStatus.RETRYING


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """The shelf of one subscription for one publisher, as far as the keys of one partition lie on it."""

    subscriber: str
    subscription: str
    publisher: str
    partition: Partition = WHOLE

    def blocked(self, keys: Collection[str]) -> set[str]:
        """Those of the keys that have events on the shelf."""
        with connection_for(self.subscriber).cursor() as cursor:
            cursor.execute(_BLOCKED, [self.subscription, self.publisher, list(keys)])
            return {row[0] for row in cursor.fetchall()}

    def heads(self, *, limit: int) -> tuple[Head, ...]:
        """The heads that are to be tried again, the one that is due first first."""
        with connection_for(self.subscriber).cursor() as cursor:
            statement = _HEADS.format(condition=self.partition.condition)
            cursor.execute(statement, [self.subscription, self.publisher, limit])
            return tuple(
                Head(key=key, position=position, attempts=attempts, seconds=seconds)
                for key, position, attempts, seconds in cursor.fetchall()
            )

    def queue(self, *, key: str, limit: int) -> tuple[Head, ...]:
        """The key's events on the shelf, in order."""
        with connection_for(self.subscriber).cursor() as cursor:
            cursor.execute(_QUEUE, [self.subscription, self.publisher, key, limit])
            return tuple(
                Head(key=key, position=position, attempts=attempts) for position, attempts in cursor.fetchall()
            )

    def add_waiting(self, events: Sequence[StoredEvent]) -> None:
        """Let events queue behind the head of their key."""
        with connection_for(self.subscriber).cursor() as cursor:
            cursor.executemany(
                _WAIT,
                [self._place(event) for event in events],
            )

    def add_failure(self, event: StoredEvent, failure: Failure) -> None:
        """Put an event aside that failed for the first time."""
        with connection_for(self.subscriber).cursor() as cursor:
            cursor.execute(
                _FAIL,
                [
                    self.subscription,
                    self.publisher,
                    event.position,
                    event.event_id,
                    event.name,
                    event.key,
                    *_outcome(failure),
                ],
            )

    def fail_again(self, failure: Failure) -> None:
        """Note a further failed attempt of an event on the shelf, unless somebody else has dealt with it meanwhile."""
        with connection_for(self.subscriber).cursor() as cursor:
            cursor.execute(
                _FAIL_AGAIN,
                [*_outcome(failure), self.subscription, self.publisher, failure.position, failure.attempts - 1],
            )

    def take(self, head: Head) -> bool:
        """Remove an event that is handled now; False when somebody else has dealt with it since it was listed."""
        with connection_for(self.subscriber).cursor() as cursor:
            cursor.execute(_TAKE, [self.subscription, self.publisher, head.position, head.attempts])
            return bool(cursor.rowcount == 1)

    def _place(self, event: StoredEvent) -> tuple[str, str, int, UUID, str, str]:
        return self.subscription, self.publisher, event.position, event.event_id, event.name, event.key


def _outcome(failure: Failure) -> tuple[str, int, float | None, str, str]:
    return failure.status, failure.attempts, failure.delay, failure.error, failure.traceback
