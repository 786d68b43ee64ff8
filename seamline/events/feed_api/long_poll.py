"""Long poll: an answer that waits until the log has grown, without using up the server's threads or connections.

So many wait at a time in one process as ``SEAMLINE_FEED_WAITERS`` says; everybody else is answered at once.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from seamline.data import release_connections
from seamline.events.feed_wire import ReadQuery
from seamline.events.growth import growth
from seamline.events.shared_feed import SharedFeed, SharedRead

FIRST_LOOK, LONGEST_LOOK = 0.01, 0.05
LONGEST_LOOK_WITH_HINTS = 0.5
"""Seconds between two looks at the log where hints of all processes arrive here."""
FIRST_HOLD = 0.001
SPACING = 0.005
"""Seconds between two looks at least, however many hints of events that nobody wants arrive."""
REST = 0.2
"""Seconds of waiting from which an unpooled connection is not kept."""


class _Places:
    """Who waits in this process."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Nobody waits; also what is true after a fork."""
        self._lock = threading.Lock()
        self._taken = 0

    @contextmanager
    def place(self) -> Iterator[bool]:
        """A place for the block; False where there is none."""
        with self._lock:
            free = self._taken < settings.SEAMLINE_FEED_WAITERS
            self._taken += free
        try:
            yield free
        finally:
            with self._lock:
                self._taken -= free


_places = _Places()


def read_or_wait(feed: SharedFeed, query: ReadQuery) -> tuple[SharedRead, bool]:
    """Read; where there is nothing, wait as long as the query says and there is a place.

    :returns: what was read, and whether there was no place to wait.
    """
    mark = growth.mark(feed.publisher)
    found = _read(feed, query)
    if not query.wait or _worth_an_answer(found):
        return found, False
    with _places.place() as free:
        return (_waited(feed, query, found, mark), False) if free else (found, True)


def _waited(feed: SharedFeed, query: ReadQuery, found: SharedRead, mark: int) -> SharedRead:
    end = time.monotonic() + query.wait
    pooled = "pool" in settings.DATABASES[feed.publisher].get("OPTIONS", {})
    pause, again_hinted = FIRST_HOLD if found.batch.held_back else FIRST_LOOK, False
    while (left := end - time.monotonic()) > 0 and not _worth_an_answer(found):
        if pooled or pause >= REST:
            release_connections()
        looked = time.monotonic()
        hinted = growth.wait(feed.publisher, since=mark, seconds=min(pause, left))
        if hinted and again_hinted:
            time.sleep(max(0.0, looked + SPACING - time.monotonic()))
        again_hinted = hinted
        mark = growth.mark(feed.publisher)
        was_held = found.batch.held_back
        found = _read(feed, query)
        if hinted or (found.batch.held_back and not was_held):
            pause = FIRST_HOLD
        else:
            few = growth.heard_everywhere and not found.batch.held_back
            pause = min(pause * 2, LONGEST_LOOK_WITH_HINTS if few else LONGEST_LOOK)
    return found


def _read(feed: SharedFeed, query: ReadQuery) -> SharedRead:
    return feed.read(after=query.after, limit=query.limit, names=query.names, partition=query.partition)


def _worth_an_answer(found: SharedRead) -> bool:
    return bool(found.batch.events) or found.batch.more


os.register_at_fork(after_in_child=_places.forget)
