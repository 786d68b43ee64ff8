"""A hosted log as this process reads it for others: one settled mark for all of them, however many ask.

Positions that readers bring are never taken for settled: a wrong one would make every other reader skip events. This
file may not know HTTP.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from seamline.data import connection_for
from seamline.events.behind import Behind, count_behind
from seamline.events.feed import FeedBatch, Settled, SqlFeed, position_before, settled_events
from seamline.events.partition import WHOLE, Partition
from seamline.events.stored import StoredEvent
from seamline.events.tail import Tail

CATCH_UP = 1.0
"""Seconds that one read may spend on bringing the mark up to the reader, after a start of the process."""
_LAST = "SELECT coalesce(max(position), 0) FROM event_log"


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedRead:
    """A batch, and up to where the log is settled, whatever was asked for."""

    batch: FeedBatch
    settled: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedEnd:
    """Where the log ends; None while that is not settled: ask again with the same ``wanted``."""

    end: int | None
    wanted: int


class SharedFeed:
    """One log, read on its module's alias by any threads of this process."""

    def __init__(self, *, publisher: str) -> None:
        self.publisher = publisher
        self._lock = threading.Lock()
        self._tail: Tail | None = None

    def read(self, *, after: int, limit: int, names: Sequence[str], partition: Partition = WHOLE) -> SharedRead:
        """As ``Feed.read``."""
        with self._lock:
            tail, window_full = self._advanced(after)
            settled, held_back = tail.settled, tail.held_back
        found = Settled(position=max(after, settled))
        if settled > after:
            found = settled_events(
                self.publisher, after=after, until=settled, limit=limit, names=names, partition=partition
            )
        batch = FeedBatch(
            events=found.events, position=found.position, more=found.more or window_full, held_back=held_back
        )
        return SharedRead(batch=batch, settled=settled)

    def fetch(self, *, positions: Sequence[int]) -> tuple[StoredEvent, ...]:
        """As ``Feed.fetch``."""
        return SqlFeed(publisher=self.publisher).fetch(positions=positions)

    def end(self, *, wanted: int | None = None) -> SharedEnd:
        """Where the log ends at the time of the first question, once that is settled.

        :param wanted: what the answer to the first question said, so that writers who come later delay nobody.
        """
        connection = connection_for(self.publisher)
        if wanted is None:
            with connection.cursor() as cursor:
                cursor.execute(_LAST)
                wanted = cursor.fetchone()[0]
        with self._lock:
            tail = self._tail = self._tail or Tail(settled=0)
            end = tail.end(connection)
            if end is not None and end < wanted:
                tail.end(connection)  # that was the end of what another reader had asked for
            settled = tail.settled
        return SharedEnd(end=settled if settled >= wanted else None, wanted=wanted)

    def position_at(self, *, at: datetime, wanted: int | None = None) -> SharedEnd:
        """As ``Feed.position_at``, asked again in the way of ``end``."""
        answer = self.end(wanted=wanted)
        if answer.end is None:
            return answer
        return SharedEnd(end=position_before(self.publisher, at=at, end=answer.end), wanted=answer.wanted)

    def behind(self, *, after: int, names: Sequence[str], partition: Partition = WHOLE) -> Behind:
        """As ``Feed.behind``."""
        return count_behind(publisher=self.publisher, after=after, names=names, partition=partition)

    def _advanced(self, after: int) -> tuple[Tail, bool]:
        connection = connection_for(self.publisher)
        if self._tail is None:
            tail = Tail(settled=0)
            tail.end(connection)  # with no writer about, this settles the whole log at once
            self._tail = tail
        until = time.monotonic() + CATCH_UP
        while True:
            window_full = self._tail.advance(connection)
            if not window_full or self._tail.settled > after or time.monotonic() > until:
                return self._tail, window_full


_feeds: dict[str, SharedFeed] = {}


def shared_feed(publisher: str) -> SharedFeed:
    """This process's one for the publisher."""
    return _feeds.setdefault(publisher, SharedFeed(publisher=publisher))


os.register_at_fork(after_in_child=_feeds.clear)
