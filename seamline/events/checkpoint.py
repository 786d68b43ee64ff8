"""Checkpoints: how far a subscription has taken in a publisher's log, in the subscriber's own schema, by partition.

Whoever holds the row's lock is the only one that delivers: that is the fence. A lease keeps others away between the
commits of one backlog; it expires, and nothing depends on it but their time. This file may not know handlers.
"""

from __future__ import annotations

from dataclasses import dataclass

from seamline.data import atomic, connection_for
from seamline.events.partition import WHOLE, Partition

LEASE = 5.0
"""Seconds that a worker keeps a partition between two commits of one backlog, if it dies there."""
IDLE_LONGER = 3.0
"""Seconds that a session may idle beyond a handler's limit: its process cuts a handler off before, if it still can."""
RATE_DECAY = 60.0
"""Seconds over which the rate is averaged: older events count e times less."""

_SERIALISE = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
_ROWS = """
SELECT partition, partitions, position, paused FROM checkpoint WHERE subscription = %s AND publisher = %s
ORDER BY partition
"""
_CREATE = """
INSERT INTO checkpoint (subscription, publisher, partition, partitions, position)
SELECT %s, %s, index, %s, %s FROM generate_series(0, %s - 1) AS index
"""
_PEEK = """
SELECT partition, partitions, position, coalesce(lease_expires_at > clock_timestamp() AND lease_owner <> %s, false)
FROM checkpoint WHERE subscription = %s AND publisher = %s ORDER BY partition <> %s LIMIT 1
"""
# The limits hold for this transaction alone; setting them here saves a round trip.
_CLAIM = """
SELECT position, paused, partitions,
    coalesce(lease_expires_at > clock_timestamp() AND lease_owner <> %(owner)s, false),
    set_config('statement_timeout', %(limit)s, true), set_config('idle_in_transaction_session_timeout', %(idle)s, true)
FROM checkpoint WHERE subscription = %(subscription)s AND publisher = %(publisher)s AND partition = %(partition)s
FOR UPDATE SKIP LOCKED
"""
_LOCK = "SELECT 1 FROM checkpoint WHERE subscription = %s AND publisher = %s AND partition = %s FOR UPDATE"
# A handler may take longer than the role waits for locks elsewhere.
_BE_PATIENT = "SELECT set_config('lock_timeout', '60s', true), set_config('statement_timeout', '70s', true)"
_LOCK_ALL = "SELECT 1 FROM checkpoint WHERE subscription = %s AND publisher = %s ORDER BY partition FOR UPDATE"
# PostgreSQL refuses results that are too small for a float, hence the bounds on the age and the rate.
DECAYED_RATE = f"""(CASE WHEN rate < 1e-9 THEN 0
    ELSE rate * exp(-least(3600, greatest(0, extract(epoch FROM clock_timestamp() - updated_at)))::float / {RATE_DECAY})
END)"""
"""SQL for the rate as it is now."""
_MOVE = f"""
UPDATE checkpoint SET position = %s, handled = handled + %s, failures = failures + %s, updated_at = clock_timestamp(),
    rate = %s / {RATE_DECAY} + {DECAYED_RATE},
    lease_owner = %s, lease_expires_at = clock_timestamp() + make_interval(secs => %s)
WHERE subscription = %s AND publisher = %s AND partition = %s
"""  # noqa: S608 - constants only
_FREE = """
UPDATE checkpoint SET lease_owner = NULL, lease_expires_at = NULL
WHERE subscription = %s AND publisher = %s AND partition = %s AND lease_owner = %s
"""
_COUNT_FAILURE = """
UPDATE checkpoint SET failures = failures + 1 WHERE subscription = %s AND publisher = %s AND partition = %s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peek:
    """What a look without a lock shows. ``partition`` is another one where the wanted one does not exist."""

    partition: Partition
    position: int
    leased: bool
    """Somebody else is in the middle of a backlog."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What the row held when its lock was taken."""

    position: int
    paused: bool
    partitions: int
    leased: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The row of one subscription for one publisher and partition. ``subscriber`` is the alias that it lies on."""

    subscriber: str
    subscription: str
    publisher: str
    owner: str
    """Who takes leases through this object; one for each thread that delivers."""
    partition: Partition = WHOLE

    def create(self, *, position: int) -> None:
        """Make the rows of all partitions; where there are any, they stay as they are."""
        with atomic(self.subscriber), connection_for(self.subscriber).cursor() as cursor:
            cursor.execute(_SERIALISE, [f"seamline checkpoint {self.subscription} {self.publisher}"])
            cursor.execute(_ROWS, [self.subscription, self.publisher])
            if not cursor.fetchall():
                count = self.partition.count
                cursor.execute(_CREATE, [self.subscription, self.publisher, count, position, count])

    def peek(self) -> Peek | None:
        """How it stands, without any lock; None before the subscription's first start."""
        with connection_for(self.subscriber).cursor() as cursor:
            cursor.execute(_PEEK, [self.owner, self.subscription, self.publisher, self.partition.index])
            row = cursor.fetchone()
        if row is None:
            return None
        index, count, position, leased = row
        return Peek(partition=Partition(index=index, count=count), position=position, leased=leased)

    def claim(self, *, timeout: float) -> Claim | None:
        """Lock the row until the open transaction ends; None when somebody else has it, or it is gone.

        :param timeout: seconds that a statement of this transaction may take from now on; it may idle a bit longer.
        """
        with connection_for(self.subscriber).cursor() as cursor:
            cursor.execute(
                _CLAIM,
                {
                    "limit": str(max(1, int(timeout * 1000))),
                    "idle": str(int((timeout + IDLE_LONGER) * 1000)),
                    "subscription": self.subscription,
                    "publisher": self.publisher,
                    "partition": self.partition.index,
                    "owner": self.owner,
                },
            )
            row = cursor.fetchone()
        return None if row is None else Claim(position=row[0], paused=row[1], partitions=row[2], leased=row[3])

    def lock(self) -> None:
        """Lock the row until the open transaction ends; waits for whoever delivers at the moment."""
        with connection_for(self.subscriber).cursor() as cursor:
            cursor.execute(_LOCK, self._row)

    def move(self, *, position: int, handled: int = 0, failures: int = 0, keep: bool = False) -> None:
        """Set the position and count. Only with the row's lock held.

        :param keep: keep others away for some seconds, because more is to be done at once.
        """
        with connection_for(self.subscriber).cursor() as cursor:
            cursor.execute(
                _MOVE,
                [
                    position,
                    handled,
                    failures,
                    handled,
                    self.owner if keep else None,
                    LEASE if keep else None,
                    *self._row,
                ],
            )

    def free(self) -> None:
        """Give the lease back, if it is still ours."""
        with connection_for(self.subscriber).cursor() as cursor:
            cursor.execute(_FREE, [*self._row, self.owner])

    def count_failure(self) -> None:
        """Count a failed attempt of an event on the shelf. Only with the row's lock held."""
        with connection_for(self.subscriber).cursor() as cursor:
            cursor.execute(_COUNT_FAILURE, self._row)

    @property
    def _row(self) -> list[str | int]:
        return [self.subscription, self.publisher, self.partition.index]


def lock_partitions(*, subscriber: str, subscription: str, publisher: str) -> None:
    """Lock the rows of all partitions until the open transaction ends; waits for whoever delivers at the moment."""
    with connection_for(subscriber).cursor() as cursor:
        cursor.execute(_BE_PATIENT)
        cursor.execute(_LOCK_ALL, [subscription, publisher])
