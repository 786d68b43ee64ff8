"""Filling the new tables from the log, beside live delivery: rows and progress in one commit, side effects off.

It reads what live delivery has dealt with and nothing beyond, so that it never runs ahead. This file may not know how
tables are made or exchanged.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from seamline.data import connection_for
from seamline.data.roles import rebuild_schema, schema_of
from seamline.events.effects import effects
from seamline.events.feed import Feed, feed_for
from seamline.events.handling import HandlerFailed, Handling
from seamline.events.stored import StoredEvent
from seamline.projections.garbage import collector_put_off
from seamline.projections.muted import side_effects_off
from seamline.projections.projection import Projection
from seamline.projections.rebuild import Rebuild, fail, move, rebuilds
from seamline.projections.shape import search_path

_LIVE = """
SELECT publisher, max(position) FROM checkpoint WHERE subscription = %s GROUP BY publisher
"""
_GIVEN_UP = """
SELECT position FROM parked_event
WHERE subscription = %s AND publisher = %s AND position BETWEEN %s AND %s AND status = 'discarded'
"""
_STANDS = """
SELECT position, set_config('statement_timeout', %s, true), set_config('idle_in_transaction_session_timeout', %s, true)
FROM projection_rebuild_share WHERE name = %s AND publisher = %s FOR UPDATE
"""
IDLE_LONGER = 5.0


class RebuildFailed(Exception):
    """The handler failed at an event; the rebuild stands before it, and live rows are as they were."""


class RebuildGone(Exception):
    """What is stored of the rebuild has changed meanwhile: it was cancelled, or somebody else works on it."""


class Builder:
    """Fills the new tables of one projection. For one thread, which holds the rebuild's lock."""

    def __init__(self, *, module: str, projection: Projection, path: tuple[str, ...] = ()) -> None:
        self._module = module
        self._projection = projection
        self._path = (rebuild_schema(schema_of(module)), *path)
        with_larger_batches = replace(projection, batch=projection.rebuild_batch)
        self._handlings = {
            publisher: Handling(subscriber=module, subscription=with_larger_batches, publisher=publisher, replayed=True)
            for publisher in projection.publishers
        }
        self._feeds: dict[str, Feed] = {}
        self._positions: dict[str, int] = {}

    def start(self) -> Rebuild:
        """Read where it stands.

        :raises RebuildGone: nothing is stored.
        :raises LookupError: this process has no way to a publisher.
        """
        found = rebuilds(self._module).get(self._projection.name)
        if found is None:
            raise RebuildGone(f"The rebuild of {self._projection.name} was cancelled.")
        self._positions = dict(found.positions)
        for publisher in self._positions:
            if publisher not in self._feeds:
                feed = feed_for(publisher)
                if feed is None:
                    raise LookupError(f"This process has no way to the log of {publisher!r}; run this where one is.")
                self._feeds[publisher] = feed
        return found

    @property
    def positions(self) -> dict[str, int]:
        """How far the new rows have taken in each log."""
        return dict(self._positions)

    def behind(self) -> int:
        """Positions between the new rows and what live delivery has dealt with."""
        return sum(until - self._positions[publisher] for publisher, until in self.live().items())

    def live(self) -> dict[str, int]:
        """How far live delivery has come in each log, at its foremost partition."""
        with connection_for(self._module).cursor() as cursor:
            cursor.execute(_LIVE, [self._projection.name])
            rows = dict(cursor.fetchall())
        if missing := [publisher for publisher in self._projection.publishers if publisher not in rows]:
            raise ValueError(
                f"{self._projection.name!r} has not begun to read {', '.join(missing)}; it will begin at its start, "
                "and there is nothing to build anew."
            )
        return {publisher: rows[publisher] for publisher in self._projection.publishers}

    def fill(self, *, progress: Callable[[int], None] = lambda handled: None) -> None:
        """Take in what live delivery has dealt with by now, batch by batch, each with a commit of its own.

        :param progress: told how many events each commit dealt with.
        :raises RebuildFailed: the handler failed at an event.
        :raises RebuildGone: it was cancelled.
        """
        for publisher, until in self.live().items():
            self._settle(publisher, until)
            limit = self._projection.rebuild_batch
            while self._positions[publisher] < until:
                limit = self._take_in(publisher, until=until, limit=limit, progress=progress)

    def finish(self, publisher: str, *, until: int, most: int) -> int:
        """Take in the rest up to a position, in the open transaction and therefore with it.

        :returns: how many events that were.
        :raises RebuildGone: there are more than ``most``.
        :raises HandlerFailed: as it says.
        """
        self._settle(publisher, until)
        position, handled = self._positions[publisher], 0
        while position < until:
            began = time.monotonic()
            events, end = self._read(publisher, until=until, limit=most + 1, after=position)
            if handled + len(events) > most:
                raise RebuildGone("Live delivery has run too far ahead to be followed at once.")
            handled += self._handle(publisher, events, end=end, began=began)
            position = end
        return handled

    def _take_in(self, publisher: str, *, until: int, limit: int, progress: Callable[[int], None]) -> int:
        """One batch; answers how many events the next may have."""
        with collector_put_off():
            began = time.monotonic()
            events, end = self._read(publisher, until=until, limit=limit)
            try:
                progress(self._commit(publisher, events, end=end, began=began))
            except HandlerFailed as failed:
                return self._narrowed(publisher, events, failed)
        return min(limit * 2, self._projection.rebuild_batch)

    def _settle(self, publisher: str, until: int) -> None:
        # Live delivery knew all of this to be settled: no open transaction may hold it back.
        names = self._projection.names_of(publisher)
        self._feeds[publisher].read(after=until, limit=1, names=names)

    def _read(
        self, publisher: str, *, until: int, limit: int, after: int | None = None
    ) -> tuple[Sequence[StoredEvent], int]:
        start = self._positions[publisher] if after is None else after
        names = self._projection.names_of(publisher)
        batch = self._feeds[publisher].read(after=start, limit=limit, names=names)
        return [event for event in batch.events if event.position <= until], min(batch.position, until)

    def _commit(self, publisher: str, events: Sequence[StoredEvent], *, end: int, began: float) -> int:
        with effects(self._module, index=0 if len(events) == 1 else None):
            self._check_stand(publisher)
            handled = self._handle(publisher, events, end=end, began=began)
        self._positions[publisher] = end
        return handled

    def _check_stand(self, publisher: str) -> None:
        seconds = self._projection.timeout
        with connection_for(self._module).cursor() as cursor:
            limits = [str(int(seconds * 1000)), str(int((seconds + IDLE_LONGER) * 1000))]
            cursor.execute(_STANDS, [*limits, self._projection.name, publisher])
            row = cursor.fetchone()
        if row is None or row[0] != self._positions[publisher]:
            raise RebuildGone(f"The rebuild of {self._projection.name} was cancelled or begun anew by somebody else.")

    def _handle(self, publisher: str, events: Sequence[StoredEvent], *, end: int, began: float) -> int:
        given_up = self._given_up(publisher, events)
        flowing = [event for event in events if event.position not in given_up]
        with side_effects_off(), search_path(self._module, *self._path):
            self._handlings[publisher].run(flowing)
            seconds = time.monotonic() - began
            name = self._projection.name
            move(self._module, name, publisher=publisher, position=end, handled=len(flowing), seconds=seconds)
        return len(flowing)

    def _given_up(self, publisher: str, events: Sequence[StoredEvent]) -> set[int]:
        if not events:
            return set()
        first, last = events[0].position, events[-1].position
        with connection_for(self._module).cursor() as cursor:
            cursor.execute(_GIVEN_UP, [self._projection.name, publisher, first, last])
            return {row[0] for row in cursor.fetchall()}

    def _narrowed(self, publisher: str, events: Sequence[StoredEvent], failed: HandlerFailed) -> int:
        """How many to try next, to find the event that is to blame."""
        if len(events) > 1:
            return max(1, len(events) // 8)
        culprit = events[0]
        fail(self._module, self._projection.name, publisher=publisher, position=culprit.position, failed=failed)
        raise RebuildFailed(
            f"The handler failed at {culprit.name} {culprit.key} (position {culprit.position} of {publisher}): "
            f"{failed.error}. Live rows are untouched. Mend it, then go on: manage.py projections rebuild "
            f"{self._projection.name}"
        ) from failed
