"""Dividing the keys of a subscription anew, when its number of partitions has changed, without loss or repetition.

The old partitions are brought to one position, that of the furthest, and there their rows are exchanged for the new
ones in one transaction. Leases keep others from running on meanwhile. This file may not know threads.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from seamline.data import atomic, connection_for
from seamline.events.checkpoint import LEASE
from seamline.events.courier import Courier
from seamline.events.feed import Feed
from seamline.events.partition import Partition
from seamline.events.step import Step
from seamline.events.subscription import Subscription

ROUNDS = 20
"""Times that it is tried to bring all to one position, before others are left to go on."""
LEFT_ALONE = 30.0
"""Seconds without progress, beyond a handler's limit, after which those who divide the keys otherwise count as gone."""

logger = logging.getLogger(__name__)

_ROWS = """
SELECT partition, partitions, position, paused,
    coalesce(lease_expires_at > clock_timestamp() AND lease_owner <> %s, false)
FROM checkpoint WHERE subscription = %s AND publisher = %s ORDER BY partition FOR UPDATE SKIP LOCKED
"""
_LEFT = """
SELECT partition, partitions, position, EXISTS (
    SELECT FROM parked_event
    WHERE parked_event.subscription = checkpoint.subscription AND parked_event.publisher = checkpoint.publisher
      AND status = 'retrying' AND next_attempt_at < clock_timestamp() - make_interval(secs => %(seconds)s)
)
FROM checkpoint WHERE subscription = %(subscription)s AND publisher = %(publisher)s AND NOT EXISTS (
    SELECT FROM checkpoint
    WHERE subscription = %(subscription)s AND publisher = %(publisher)s
      AND (paused OR updated_at > clock_timestamp() - make_interval(secs => %(seconds)s))
)
"""
_LEASE = """
UPDATE checkpoint SET lease_owner = %s, lease_expires_at = clock_timestamp() + make_interval(secs => %s)
WHERE subscription = %s AND publisher = %s
"""
_EXCHANGE = """
WITH old AS (
    DELETE FROM checkpoint
    WHERE subscription = %(subscription)s AND publisher = %(publisher)s AND partition >= %(count)s
    RETURNING handled, failures
)
INSERT INTO checkpoint (subscription, publisher, partition, partitions, position, handled, failures)
SELECT %(subscription)s, %(publisher)s, index, %(count)s, %(position)s,
    CASE index WHEN 0 THEN (SELECT coalesce(sum(handled), 0) FROM old) ELSE 0 END,
    CASE index WHEN 0 THEN (SELECT coalesce(sum(failures), 0) FROM old) ELSE 0 END
FROM generate_series(0, %(count)s - 1) AS index
ON CONFLICT (subscription, publisher, partition, projection_version) DO UPDATE SET
    partitions = excluded.partitions, handled = checkpoint.handled + excluded.handled,
    failures = checkpoint.failures + excluded.failures, lease_owner = NULL, lease_expires_at = NULL
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    partition: int
    partitions: int
    position: int
    paused: bool
    leased: bool


def left_alone(*, subscriber: str, subscription: Subscription, publisher: str, feed: Feed) -> bool:
    """Whether events or retries wait that nobody has taken for long, since all who divide the keys so are gone."""
    values: dict[str, str | float] = {
        "subscription": subscription.name,
        "publisher": publisher,
        "seconds": LEFT_ALONE + subscription.timeout,
    }
    with connection_for(subscriber).cursor() as cursor:
        cursor.execute(_LEFT, values)
        rows = cursor.fetchall()
    names = subscription.names_of(publisher)
    return any(
        overdue or feed.read(after=position, limit=1, names=names, partition=Partition(index=index, count=count)).events
        for index, count, position, overdue in rows
    )


def divide(*, subscriber: str, subscription: Subscription, publisher: str, feed: Feed, owner: str, count: int) -> Step:
    """Let the subscription have so many partitions; delivers what the ones behind lack on the way.

    :returns: ``again`` when it has now; else that it is paused, or that somebody else is at work or in a backlog.
    """
    for _ in range(ROUNDS):
        with atomic(subscriber), connection_for(subscriber).cursor() as cursor:
            cursor.execute(_ROWS, [owner, subscription.name, publisher])
            rows = [_Row(**dict(zip(_Row.__slots__, row, strict=True))) for row in cursor.fetchall()]
            if not rows or len(rows) != rows[0].partitions:
                return Step(busy=True)  # somebody has the others, or has just exchanged them
            if rows[0].partitions == count:
                return Step(again=True)
            if any(row.paused for row in rows):
                return Step(paused=True)
            if any(row.leased for row in rows):
                return Step(busy=True)
            target = max(row.position for row in rows)
            behind = [row for row in rows if row.position < target]
            if not behind:
                cursor.execute(
                    _EXCHANGE,
                    {"subscription": subscription.name, "publisher": publisher, "count": count, "position": target},
                )
                logger.info("%s <- %s: %d partitions instead of %d", subscription.name, publisher, count, len(rows))
                return Step(again=True)
            cursor.execute(_LEASE, [owner, LEASE * 2, subscription.name, publisher])
        # Whoever got so far knew it to be settled: no transaction that is open now may hold us back below.
        feed.read(after=target, limit=1, names=subscription.names_of(publisher))
        for row in behind:
            courier = Courier(
                subscriber=subscriber,
                subscription=subscription,
                publisher=publisher,
                feed=feed,
                partition=Partition(index=row.partition, count=row.partitions),
                owner=owner,
                until=target,
            )
            courier.burst(seconds=LEASE)
    return Step(busy=True)
