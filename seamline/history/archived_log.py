"""Reads archived ranges as if they were still in the log: same order, same positions, same filters.

A reader that comes again where it left off goes on in the open file; a few files stay open in each thread for that.
This file may not write.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from itertools import islice
from typing import cast

from seamline.events.archived import read_archives_with
from seamline.events.partition import Partition
from seamline.events.stored import StoredEvent
from seamline.history.archive_file import ArchivedEvent, read_archive, verify
from seamline.history.ranges import ArchivedRange, range_behind, range_from, range_holding

SCAN = 20_000
"""Events looked at in one read, so that one that wants few of them still gets on."""
OPEN_FILES = 8

_Stream = Iterator[ArchivedEvent]


class _Opened(threading.local):
    """The files that a thread has open, by where their readers come again."""

    def __init__(self) -> None:
        self.streams: OrderedDict[tuple[str, str, int], _Stream] = OrderedDict()

    def take(self, archived: ArchivedRange, *, after: int) -> _Stream:
        verify(archived.path, sha256=archived.sha256, size=archived.bytes)
        return self.streams.pop((str(archived.path), archived.sha256, after), None) or read_archive(
            archived.path, after=after
        )

    def keep(self, archived: ArchivedRange, stream: _Stream, *, after: int) -> None:
        self.streams[str(archived.path), archived.sha256, after] = stream
        while len(self.streams) > OPEN_FILES:
            _, oldest = self.streams.popitem(last=False)
            cast("Generator[ArchivedEvent]", oldest).close()


class FileArchive:
    """The archive in files, as ``seamline.events.archived.ArchivedLog``."""

    def __init__(self) -> None:
        self._opened = _Opened()

    def read(
        self, *, publisher: str, after: int, limit: int, names: Sequence[str], partition: Partition
    ) -> tuple[tuple[StoredEvent, ...], int]:
        """The next wanted events, of one file at most, and where to read on.

        :raises ArchiveDamaged: the file is missing or was altered.
        :raises LookupError: nothing behind the position is archived.
        """
        archived = range_behind(publisher, after=after)
        if archived is None:
            raise LookupError(f"No event of {publisher!r} behind position {after} is archived.")
        wanted = frozenset(names)
        stream = self._opened.take(archived, after=after)
        found: list[StoredEvent] = []
        position = after
        for event in islice(stream, SCAN):
            position = event.position
            if event.name in wanted and partition.holds(event.key):
                found.append(_stored(event))
                if len(found) == limit:
                    break
        if position in (after, archived.last):
            return tuple(found), archived.last
        self._opened.keep(archived, stream, after=position)
        return tuple(found), position

    def fetch(self, *, publisher: str, positions: Sequence[int]) -> tuple[StoredEvent, ...]:
        """Those of the events that are archived, in the order of the log.

        :raises ArchiveDamaged: a file is missing or was altered.
        """
        found: list[StoredEvent] = []
        missing = sorted(set(positions))
        while missing:
            archived = range_holding(publisher, position=missing[0])
            if archived is None:
                break
            wanted = {position for position in missing if position <= archived.last}
            missing = missing[len(wanted) :]
            found += self._pick(archived, wanted)
        return tuple(found)

    def position_before(self, *, publisher: str, at: datetime) -> int | None:
        """The position behind which all archived events of a time and later lie; None where there are none.

        :raises ArchiveDamaged: a file is missing or was altered.
        """
        archived = range_from(publisher, at=at)
        if archived is None:
            return None
        verify(archived.path, sha256=archived.sha256, size=archived.bytes)
        with closing(cast("Generator[ArchivedEvent]", read_archive(archived.path, after=0))) as events:
            return next(event.position - 1 for event in events if event.at >= at)

    @staticmethod
    def _pick(archived: ArchivedRange, wanted: set[int]) -> Iterator[StoredEvent]:
        verify(archived.path, sha256=archived.sha256, size=archived.bytes)
        after, last = min(wanted) - 1, max(wanted)
        with closing(cast("Generator[ArchivedEvent]", read_archive(archived.path, after=after))) as events:
            for event in events:
                if event.position in wanted:
                    yield _stored(event)
                if event.position >= last:
                    return


def _stored(event: ArchivedEvent) -> StoredEvent:
    return StoredEvent(
        position=event.position,
        event_id=event.event_id,
        name=event.name,
        schema_version=event.schema_version,
        key=event.key,
        data=bytes(event.data).decode(),
        meta=bytes(event.meta).decode(),
        at=event.at,
    )


def register() -> None:
    """Let the feeds of this process read archived ranges from the files."""
    read_archives_with(FileArchive())
