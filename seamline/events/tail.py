"""Up to where a log is settled: which positions can be read without ever skipping an event that commits late.

Identity values commit out of order, and rollbacks leave holes for ever. Everything before the first hole is settled at
once. At a hole, the transactions that hold a write lock on the log are listed; when all of those have ended, whatever
is still missing below will never come. Writers pay nothing, and only transactions that write events can delay a reader.
This file may not read events.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

WINDOW = 20_000
"""Positions looked at in one statement."""

# The last position of the window, and the last one before its first hole.
_SCAN = """
SELECT count(*), max(position), min(previous) FILTER (WHERE position > previous + 1),
    (SELECT coalesce(max(last), 0) FROM archived_range)
FROM (
    SELECT position, lag(position, 1, %(settled)s) OVER (ORDER BY position) AS previous
    FROM (SELECT position FROM event_log WHERE position > %(settled)s ORDER BY position LIMIT %(window)s) AS scanned
) AS neighbours
"""
# A backend whose transaction has ended shows <backend>/0 until its locks are gone: its rows are visible by then.
_WRITERS = """
SELECT virtualtransaction, bool_or(pid IS NULL) FROM pg_locks
WHERE locktype = 'relation' AND relation = 'event_log'::regclass AND mode = 'RowExclusiveLock' AND granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND pid IS DISTINCT FROM pg_backend_pid() AND virtualtransaction NOT LIKE '%/0'
GROUP BY virtualtransaction
"""
_LAST = """
SELECT greatest((SELECT max(position) FROM event_log), (SELECT max(last) FROM archived_range), 0)
"""


@dataclass(slots=True)
class _Watch:
    """The transactions whose end settles all positions up to ``until``."""

    until: int
    writers: set[str]
    renamed: bool = False
    """Prepared transactions have been added: a restart of the server gives them other names."""


class Tail:
    """The settled mark of one log, as one reader knows it. Not shared between threads.

    ``settled`` only grows. It may start from any checkpoint: one has never been moved past what was settled.
    """

    def __init__(self, *, settled: int) -> None:
        self.settled = settled
        self._watch: _Watch | None = None

    @property
    def held_back(self) -> bool:
        """Whether a transaction that may still commit keeps events behind it from being read."""
        return self._watch is not None

    def advance(self, connection: BaseDatabaseWrapper) -> bool:
        """Move the settled mark as far as it goes now: one statement, a second one at a hole.

        The connection is in autocommit or reads committed rows, so that each statement has a snapshot of its own.

        :returns: whether more than one window was there to look at, so that it pays to ask again at once.
        """
        with connection.cursor() as cursor:
            if self._watch is not None and self._ended(cursor, self._watch):
                self.settled = max(self.settled, self._watch.until)
                self._watch = None
            count, last, before_hole, archived = self._scan(cursor)
            if archived > self.settled:
                # What is in the archive was settled; the holes that it left in the log are none to wait at.
                self.settled = archived
                count, last, before_hole, _ = self._scan(cursor)
            if before_hole is not None and last is not None:
                self.settled = before_hole
                if self._watch is None:
                    # Whoever took a position up to `last` took its lock before: it is listed now, or it has ended.
                    self._begin_watch(cursor, until=last)
            elif last is not None:
                self.settled = last
        return bool(count == WINDOW and self._watch is None)

    def end(self, connection: BaseDatabaseWrapper) -> int | None:
        """Where the log ends now, once that is settled; None while a transaction may still commit below.

        Ask again until there is an answer.
        """
        with connection.cursor() as cursor:
            if self._watch is None:
                cursor.execute(_LAST)
                self._begin_watch(cursor, until=cursor.fetchone()[0])
            elif self._ended(cursor, self._watch):
                self.settled = max(self.settled, self._watch.until)
                self._watch = None
            return None if self._watch is not None else self.settled

    def _scan(self, cursor: CursorWrapper) -> tuple[int, int | None, int | None, int]:
        cursor.execute(_SCAN, {"settled": self.settled, "window": WINDOW})
        scanned: tuple[int, int | None, int | None, int] = cursor.fetchone()
        return scanned

    def _begin_watch(self, cursor: CursorWrapper, *, until: int) -> None:
        writers = _writers(cursor)
        if writers:
            self._watch = _Watch(until=until, writers=set(writers))
        else:
            self.settled = max(self.settled, until)

    @staticmethod
    def _ended(cursor: CursorWrapper, watch: _Watch) -> bool:
        present = _writers(cursor)
        watch.writers &= present.keys()
        if not watch.writers and not watch.renamed:
            watch.renamed = True
            watch.writers = {writer for writer, prepared in present.items() if prepared}
        return not watch.writers


def _writers(cursor: CursorWrapper) -> dict[str, bool]:
    """The transactions that hold a write lock on the log, each with whether it is a prepared one."""
    cursor.execute(_WRITERS)
    return dict(cursor.fetchall())
