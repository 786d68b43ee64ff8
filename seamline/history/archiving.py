"""Archiving: old events leave a module's log for files. First the file, verified; then its record; then the deletion.

Cut off anywhere, the next run goes on. All of it runs as the role that owns the schema: the one that serves requests
can never delete events. This file may not decide who still needs events; ``holders`` does.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from seamline.data import atomic, connection_for, current_transaction
from seamline.data.migration import as_owner
from seamline.events.feed import SqlFeed
from seamline.history.archive_file import ArchivedEvent, Header, check_archive, write_archive
from seamline.history.holders import Holder, HolderKind, furthest_checkpoint, holders
from seamline.history.ranges import ArchivedRange, archive_directory, archived_mark, file_of, record
from seamline.modules.registry import module_named

EVENTS_OF_FILE = 50_000
PAGE = 2_000
DELETED_AT_ONCE = 1_000
"""Rows of one commit, which takes some milliseconds: readers that meet a hole meanwhile wait for it."""
SETTLING = 2.0
"""Seconds to wait for open transactions that have written events."""

_YOUNG = "SELECT position FROM event_log WHERE position > %s AND at >= %s ORDER BY position LIMIT 1"
_RANGE = """
SELECT count(*), max(position), min(at), max(at) FROM (
    SELECT position, at FROM event_log WHERE position > %s AND position <= %s ORDER BY position LIMIT %s
) AS next
"""
_PAGE = """
SELECT position, event_id, name, schema_version, key, data::text, meta::text, at, stream, version, previous_hash, hash
FROM event_log WHERE position > %s ORDER BY position LIMIT %s
"""
_DELETE = """
WITH next AS MATERIALIZED (
    SELECT position, ctid AS place FROM event_log WHERE position > %s ORDER BY position LIMIT %s
), gone AS (
    DELETE FROM event_log WHERE ctid = ANY(ARRAY(SELECT place FROM next WHERE position <= %s)) AND stream IS NULL
    RETURNING position
)
SELECT (SELECT count(*) FROM gone), (SELECT max(position) FROM next)
"""


class AlreadyArchiving(Exception):
    """Another process archives events of the module at the moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveResult:
    """What one run did, or would do."""

    module: str
    before: datetime
    until: int
    """All up to this position is in the archive now."""
    wanted: int
    """Where the run would have ended if nobody held it back."""
    ranges: tuple[ArchivedRange, ...]
    """Those of this run. In a dry run without file and hash."""
    deleted: int
    """Rows that left the log, also those that an earlier run had left behind."""
    held_back_by: tuple[Holder, ...]
    """Who still needs what would have been archived too, the one furthest back first."""

    @property
    def events(self) -> int:
        """Events that this run archived."""
        return sum(each.events for each in self.ranges)


def archive(
    module: str,
    *,
    before: datetime | None = None,
    keep: timedelta | None = None,
    dry_run: bool = False,
    events_of_file: int = EVENTS_OF_FILE,
    progress: Callable[[str], None] = lambda text: None,
) -> ArchiveResult:
    """Move events published before a time out of the log, as far as nobody needs them there any more.

    Events of streams are copied, but stay: they are state. Readers that begin later find all in the files.

    :param before: a time; instead of it, ``keep`` says for how long events stay.
    :param progress: told each step in words.
    :raises LookupError: this process does not host the module.
    :raises ValueError: neither or both of ``before`` and ``keep`` were given, or one that makes no sense.
    :raises AlreadyArchiving: another process does.
    :raises ArchiveDamaged: a file was read back other than it was written.
    :raises OSError: the directory of the archive cannot be written to.
    """
    module_named(module)
    if current_transaction() is not None:
        raise RuntimeError("archive() was called inside atomic(...); it has transactions of its own.")
    cut = _cut(before=before, keep=keep)
    needed, settled = holders(module), furthest_checkpoint(module)
    with as_owner(module):
        run = _Run(
            module=module,
            before=cut,
            settled=settled,
            dry_run=dry_run,
            events_of_file=events_of_file,
            progress=progress,
        )
        return run.result(needed)


def _cut(*, before: datetime | None, keep: timedelta | None) -> datetime:
    if (before is None) == (keep is None):
        raise ValueError("Give either before=<time> or keep=<how long events stay>.")
    if keep is not None:
        if keep < timedelta(0):
            raise ValueError(f"keep={keep} lies in the future; give how long events stay.")
        return datetime.now(UTC) - keep
    assert before is not None
    if before.utcoffset() is None:
        raise ValueError(f"before={before} has no time zone; give one, such as datetime(2026, 1, 31, tzinfo=UTC).")
    return before


class _Run:
    def __init__(
        self,
        *,
        module: str,
        before: datetime,
        settled: int,
        dry_run: bool,
        events_of_file: int,
        progress: Callable[[str], None],
    ) -> None:
        self._module = module
        self._before = before
        self._settled = settled
        self._dry_run = dry_run
        self._events_of_file = events_of_file
        self._progress = progress
        self._connection = connection_for(module)

    def result(self, needed: tuple[Holder, ...]) -> ArchiveResult:
        if not self._row("SELECT pg_try_advisory_lock(hashtextextended('seamline archive ' || current_schema, 0))")[0]:
            raise AlreadyArchiving(f"Another process archives events of {self._module!r} at the moment; let it finish.")
        mark = archived_mark(self._module)
        deleted = 0 if self._dry_run else self._delete(until=mark)
        wanted, settled = self._wanted(mark)
        if settled < wanted:
            needed = (*needed, _open_writer(settled))
        holding = tuple(sorted((each for each in needed if each.position < wanted), key=lambda each: each.position))
        limit = min([wanted, *(each.position for each in holding)])
        ranges: list[ArchivedRange] = []
        while (found := self._next(mark, limit)) is not None:
            if not self._dry_run:
                found = self._archived(found)
                deleted += self._delete(until=found.last)
            ranges.append(found)
            mark = found.last
        return ArchiveResult(
            module=self._module,
            before=self._before,
            until=mark,
            wanted=wanted,
            ranges=tuple(ranges),
            deleted=deleted,
            held_back_by=holding,
        )

    def _wanted(self, mark: int) -> tuple[int, int]:
        """Up to where all is old enough, and up to where the log is settled, as far as is known."""
        feed = SqlFeed(publisher=self._module)
        last = self._row("SELECT coalesce(max(position), 0) FROM event_log")[0]
        patience = time.monotonic() + SETTLING
        while (end := feed.end()) is None and time.monotonic() < patience:
            time.sleep(0.01)
        if end is None:
            end = max(mark, self._settled)
        young = self._row(_YOUNG, mark, self._before)
        return (max(last, end) if young is None else young[0] - 1), end

    def _next(self, mark: int, limit: int) -> ArchivedRange | None:
        count, last, first_at, last_at = self._row(_RANGE, mark, limit, self._events_of_file)
        if not count:
            return None
        return ArchivedRange(
            first=mark + 1,
            last=last,
            events=count,
            file=file_of(module=self._module, first=mark + 1, last=last),
            sha256="",
            bytes=0,
            first_at=first_at,
            last_at=last_at,
        )

    def _archived(self, planned: ArchivedRange) -> ArchivedRange:
        path = archive_directory() / planned.file
        header = Header(module=self._module, first=planned.first, last=planned.last)
        self._progress(f"{planned.events} events to {path}")
        written = write_archive(path, header=header, events=self._events(planned))
        check_archive(path, header=header, written=written)
        done = replace(planned, events=written.events, sha256=written.sha256, bytes=written.bytes)
        record(self._module, done)
        return done

    def _events(self, planned: ArchivedRange) -> Iterator[ArchivedEvent]:
        after = planned.first - 1
        while True:
            with self._connection.cursor() as cursor:
                cursor.execute(_PAGE, [after, PAGE])
                rows = cursor.fetchall()
            for row in rows:
                yield ArchivedEvent.of_row(row)
                if row[0] == planned.last:
                    return
            after = rows[-1][0]

    def _delete(self, *, until: int) -> int:
        """Take out what lies in the archive; little by little, so that writers and readers need not wait."""
        after: int | None = 0
        deleted = 0
        while after is not None and after < until:
            with atomic(self._module):
                count, after = self._row(_DELETE, after, DELETED_AT_ONCE, until)
            deleted += count
        return deleted

    def _row(self, statement: str, *parameters: int | datetime) -> Any:
        with self._connection.cursor() as cursor:
            cursor.execute(statement, list(parameters))
            return cursor.fetchone()


def _open_writer(settled: int) -> Holder:
    return Holder(
        kind=HolderKind.OPEN_WRITER,
        name="open transaction",
        position=settled,
        advice="it has written events and may still commit below later ones; see: events status",
    )
