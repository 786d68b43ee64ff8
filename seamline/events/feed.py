"""Feeds: how a subscriber reads a publisher's log, wherever that is. A position means the same in every feed.

``SqlFeed`` reads it on the publisher's own alias, as the publisher's role: subscribers have no rights there.
``HttpFeed`` asks the process that hosts it. This file may not know subscriptions or checkpoints.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.db.backends.utils import CursorWrapper

from seamline.data import connection_for
from seamline.events.archived import archived_log
from seamline.events.behind import Behind, count_behind
from seamline.events.partition import WHOLE, Partition
from seamline.events.stored import StoredEvent
from seamline.events.tail import Tail
from seamline.events.unavailable import Unavailable

SPAN = 5_000
"""Positions looked at in one read, or ten times its limit. Where a burst has made the server's statistics of the log
wrong, it fetches and sorts all rows up to the bound for each read, which must not be the whole backlog."""

_COLUMNS = "position, event_id, name, schema_version, key, data::text, meta::text, at"
# The mark of the archive comes from the same snapshot: rows that leave for files meanwhile are never skipped.
_READ = f"""
SELECT archived.mark, logged.*
FROM (SELECT coalesce(max(last), 0) AS mark FROM archived_range) AS archived LEFT JOIN (
    SELECT {_COLUMNS} FROM event_log
    WHERE position > %s AND position <= %s AND name = ANY(%s){{condition}} ORDER BY position LIMIT %s
) AS logged ON true ORDER BY logged.position
"""  # noqa: S608 - constants only
_FETCH = f"SELECT {_COLUMNS} FROM event_log WHERE position = ANY(%s) ORDER BY position"  # noqa: S608

_NEXT = """
SELECT (SELECT coalesce(max(last), 0) FROM archived_range), (SELECT min(position) FROM event_log WHERE position > %s)
"""
_ARCHIVED = "SELECT coalesce(max(last), 0) FROM archived_range"
_FIRST_FROM = "SELECT min(position) FROM event_log WHERE at >= %s"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedBatch:
    """A piece of a log: all events of the wanted names after the asked position and up to ``position``."""

    events: tuple[StoredEvent, ...]
    position: int
    """Where to read on. No event will ever appear at or below it that was not in a batch."""
    more: bool
    """More can be read at once."""
    held_back: bool
    """A transaction that may still commit keeps later events from being read; ask again soon."""


class FeedUnavailable(Unavailable):
    """The log of a publisher elsewhere cannot be read now; the text says why. Nothing is lost: come again later."""


class Feed(Protocol):
    """A publisher's log, as a reader sees it. Any question may raise ``FeedUnavailable`` or a database error."""

    def read(self, *, after: int, limit: int, names: Sequence[str], partition: Partition = WHOLE) -> FeedBatch:
        """The next events of these names and this partition, at most ``limit``, in the order of the log."""

    def fetch(self, *, positions: Sequence[int]) -> tuple[StoredEvent, ...]:
        """The events at these positions, in the order of the log; those that do not exist are left out."""

    def end(self) -> int | None:
        """Where the log ends now; None while that is not settled: ask again."""

    def position_at(self, *, at: datetime) -> int | None:
        """The position after which all events published at the time or later lie; None while that is not settled."""

    def behind(self, *, after: int, names: Sequence[str], partition: Partition = WHOLE) -> Behind:
        """How many wanted events lie behind the position, committed or not yet settled; estimated when too many."""


class SqlFeed:
    """Reads the log on the publisher's alias. For one thread."""

    def __init__(self, *, publisher: str) -> None:
        self.publisher = publisher
        self._tail: Tail | None = None

    def read(self, *, after: int, limit: int, names: Sequence[str], partition: Partition = WHOLE) -> FeedBatch:
        tail = self._tail = self._tail or Tail(settled=after)
        tail.settled = max(tail.settled, after)
        connection = connection_for(self.publisher)
        window_full = tail.advance(connection)
        found = Settled(position=tail.settled)
        if tail.settled > after:
            found = settled_events(
                self.publisher, after=after, until=tail.settled, limit=limit, names=names, partition=partition
            )
        return FeedBatch(
            events=found.events,
            position=found.position,
            more=found.more or window_full,
            held_back=tail.held_back,
        )

    def fetch(self, *, positions: Sequence[int]) -> tuple[StoredEvent, ...]:
        with connection_for(self.publisher).cursor() as cursor:
            cursor.execute(_FETCH, [list(positions)])
            logged = tuple(StoredEvent(*row) for row in cursor.fetchall())
            missing = set(positions) - {event.position for event in logged}
            # Asked after the log: what leaves it meanwhile is found here.
            if not missing or min(missing) > _mark(cursor):
                return logged
        archived = archived_log().fetch(publisher=self.publisher, positions=sorted(missing))
        return tuple(sorted(logged + archived, key=lambda event: event.position))

    def end(self) -> int | None:
        self._tail = self._tail or Tail(settled=0)
        return self._tail.end(connection_for(self.publisher))

    def position_at(self, *, at: datetime) -> int | None:
        end = self.end()
        return None if end is None else position_before(self.publisher, at=at, end=end)

    def behind(self, *, after: int, names: Sequence[str], partition: Partition = WHOLE) -> Behind:
        return count_behind(publisher=self.publisher, after=after, names=names, partition=partition)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """Wanted events of a settled part of a log, and where to read on; ``more`` when it may hold further ones."""

    events: tuple[StoredEvent, ...] = ()
    position: int
    more: bool = False


def settled_events(
    publisher: str, *, after: int, until: int, limit: int, names: Sequence[str], partition: Partition
) -> Settled:
    """Events between two positions of a log that this process reads by SQL; up to ``until`` it must be settled.

    What has left the log for the archive is read there.
    """
    bound = min(until, after + max(SPAN, 10 * limit))
    with connection_for(publisher).cursor() as cursor:
        cursor.execute(_READ.format(condition=partition.condition), [after, bound, list(names), limit])
        rows = cursor.fetchall()
        if rows[0][1] is None and bound < until:
            cursor.execute(_NEXT, [bound])
            mark, following = cursor.fetchone()
            if mark <= after and following is not None and bound + 1 < following <= until:
                return settled_events(
                    publisher, after=following - 1, until=until, limit=limit, names=names, partition=partition
                )
    if rows[0][0] > after:
        events, position = archived_log().read(
            publisher=publisher, after=after, limit=limit, names=names, partition=partition
        )
        return Settled(events=events, position=position, more=True)
    events = () if rows[0][1] is None else tuple(StoredEvent(*row[1:]) for row in rows)
    full = len(events) == limit
    return Settled(events=events, position=events[-1].position if full else bound, more=full or bound < until)


def position_before(publisher: str, *, at: datetime, end: int) -> int:
    """The position behind which all events of a time and later lie, in a log that is settled up to ``end``."""
    with connection_for(publisher).cursor() as cursor:
        cursor.execute(_FIRST_FROM, [at])
        first = cursor.fetchone()[0]
        # Asked after the log: what leaves it meanwhile is found here.
        archived = archived_log().position_before(publisher=publisher, at=at) if _mark(cursor) else None
    if archived is not None:
        return min(archived, end)
    return end if first is None else min(first - 1, end)


def _mark(cursor: CursorWrapper) -> int:
    """The last position that is in the archive."""
    cursor.execute(_ARCHIVED)
    return int(cursor.fetchone()[0])


def feed_for(publisher: str) -> Feed | None:
    """A new feed of the publisher's log for this thread; None where this process has no way to it.

    By SQL where it is hosted here, and at the hub from its service while it is placed there; else by HTTP where
    ``SEAMLINE_FEEDS`` or discovery says that it is.
    """
    if publisher in settings.DATABASES:
        from seamline.placement.feed import placed_feed

        return placed_feed(publisher)
    from seamline.events.http_feed import HttpFeed
    from seamline.events.whereabouts import place_of

    place = place_of(publisher)
    return None if place is None else HttpFeed(publisher=publisher, url=place)
