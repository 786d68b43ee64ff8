"""Bringing live and new rows to one position of each log, so that they can be compared while events go on coming.

Live delivery is kept away by its own lease for that moment; readers notice nothing. This file may not compare.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from seamline.data import atomic, connection_for
from seamline.events.checkpoint import LEASE, lock_partitions
from seamline.events.courier import Courier, new_owner
from seamline.events.feed import feed_for
from seamline.events.partition import Partition
from seamline.projections.building import Builder
from seamline.projections.projection import Projection
from seamline.projections.sessions import snapshot

ROUNDS = 20
"""Times that it is tried to bring all to one position."""

_LEASE = """
UPDATE checkpoint SET lease_owner = %s, lease_expires_at = clock_timestamp() + make_interval(secs => %s)
WHERE subscription = %s
"""
_FREE = "UPDATE checkpoint SET lease_owner = NULL, lease_expires_at = NULL WHERE subscription = %s AND lease_owner = %s"
_POSITIONS = "SELECT publisher, partition, partitions, position FROM checkpoint WHERE subscription = %s ORDER BY 1, 2"
_SHARES = "SELECT publisher, position FROM projection_rebuild_share WHERE name = %s"
_SHELF = "SELECT count(*) FROM parked_event WHERE subscription = %s AND status <> 'discarded'"


class NotComparable(Exception):
    """Live and new rows cannot be brought to one position now; the text says why."""


@contextmanager
def aligned(*, module: str, projection: Projection, builder: Builder) -> Iterator[psycopg.Connection[Any]]:
    """A snapshot in which live and new rows say what the same events say.

    :raises NotComparable: events are on the projection's shelf, or others were always faster.
    """
    owner = new_owner()
    for _ in range(ROUNDS):
        builder.start()
        builder.fill()
        try:
            _hold(module, projection, owner=owner)
            _catch_up(module, projection, builder=builder, owner=owner)
            with snapshot(module) as session:
                if _are_level(session, projection):
                    _free(module, projection, owner=owner)
                    yield session
                    return
        finally:
            _free(module, projection, owner=owner)
    raise NotComparable(
        f"Live delivery of {projection.name} was always faster than the comparison; pause it for the time of one: "
        f"manage.py events pause {projection.name}"
    )


def _hold(module: str, projection: Projection, *, owner: str) -> None:
    with atomic(module), connection_for(module).cursor() as cursor:
        for publisher in projection.publishers:
            lock_partitions(subscriber=module, subscription=projection.name, publisher=publisher)
        cursor.execute(_LEASE, [owner, LEASE * 2, projection.name])


def _free(module: str, projection: Projection, *, owner: str) -> None:
    with connection_for(module).cursor() as cursor:
        cursor.execute(_FREE, [projection.name, owner])


def _catch_up(module: str, projection: Projection, *, builder: Builder, owner: str) -> None:
    """The new rows to the foremost partition, and the live partitions behind it as well."""
    builder.fill()
    with connection_for(module).cursor() as cursor:
        cursor.execute(_SHELF, [projection.name])
        if count := cursor.fetchone()[0]:
            raise NotComparable(
                f"{count} events are on the shelf of {projection.name}: live rows lack what they say. Redrive or "
                "discard them first: manage.py events parked"
            )
        cursor.execute(_POSITIONS, [projection.name])
        rows = cursor.fetchall()
    foremost = builder.live()
    for publisher, index, count, position in rows:
        if publisher in foremost and position < foremost[publisher] and (feed := feed_for(publisher)) is not None:
            until = foremost[publisher]
            feed.read(after=until, limit=1, names=projection.names_of(publisher))
            courier = Courier(
                subscriber=module,
                subscription=projection,
                publisher=publisher,
                feed=feed,
                partition=Partition(index=index, count=count),
                owner=owner,
                until=until,
            )
            courier.burst(seconds=LEASE)


def _are_level(session: psycopg.Connection[Any], projection: Projection) -> bool:
    shares: dict[str, int] = dict(session.execute(_SHARES, [projection.name]).fetchall())
    rows = session.execute(_POSITIONS, [projection.name]).fetchall()
    read: Callable[[str], bool] = projection.publishers.__contains__
    return all(shares.get(publisher) == position for publisher, _, _, position in rows if read(publisher))
