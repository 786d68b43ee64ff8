"""The archived ranges of a module's log, as its table and its part of the archive's directory know them.

This file may not write events or delete them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from seamline.data import connection_for

_COLUMNS = "first, last, events, file, sha256, bytes, first_at, last_at"
_ALL = f"SELECT {_COLUMNS} FROM archived_range ORDER BY first"  # noqa: S608 - constants only
_BEHIND = f"SELECT {_COLUMNS} FROM archived_range WHERE last > %s ORDER BY last LIMIT 1"  # noqa: S608
_HOLDING = f"SELECT {_COLUMNS} FROM archived_range WHERE last >= %s ORDER BY last LIMIT 1"  # noqa: S608
_FROM = f"SELECT {_COLUMNS} FROM archived_range WHERE last_at >= %s ORDER BY first LIMIT 1"  # noqa: S608
_MARK = "SELECT coalesce(max(last), 0) FROM archived_range"
_RECORD = f"INSERT INTO archived_range ({_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"  # noqa: S608


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedRange:
    """Events of one module that lie in one file: all of the positions from ``first`` to ``last``."""

    first: int
    last: int
    events: int
    file: str
    """Below the directory of the archive."""
    sha256: str
    bytes: int
    first_at: datetime
    last_at: datetime

    @property
    def path(self) -> Path:
        """Where this process finds the file."""
        return archive_directory() / self.file


def archive_directory() -> Path:
    """Where the files of all modules are: ``SEAMLINE_ARCHIVE_DIR``."""
    return Path(settings.SEAMLINE_ARCHIVE_DIR)


def file_of(*, module: str, first: int, last: int) -> str:
    """The name of a range's file, below the directory; names sort as positions do."""
    return f"{module}/{first:019}-{last:019}.jsonl.gz"


def archived_ranges(module: str) -> tuple[ArchivedRange, ...]:
    """All, in the order of the log."""
    return _select(module, _ALL, [])


def archived_mark(module: str) -> int:
    """The last archived position; 0 where nothing is archived."""
    with connection_for(module).cursor() as cursor:
        cursor.execute(_MARK)
        return int(cursor.fetchone()[0])


def range_behind(module: str, *, after: int) -> ArchivedRange | None:
    """The range that holds the first archived event behind the position."""
    return next(iter(_select(module, _BEHIND, [after])), None)


def range_holding(module: str, *, position: int) -> ArchivedRange | None:
    """The range in which the position lies."""
    return next(iter(_select(module, _HOLDING, [position])), None)


def range_from(module: str, *, at: datetime) -> ArchivedRange | None:
    """The first range with an event of that time or later."""
    return next(iter(_select(module, _FROM, [at])), None)


def record(module: str, archived: ArchivedRange) -> None:
    """Note a range whose file was verified. Only the owner role may.

    :raises django.db.IntegrityError: it does not follow the last one, or the log has not so many events there.
    """
    with connection_for(module).cursor() as cursor:
        cursor.execute(
            _RECORD,
            [
                archived.first,
                archived.last,
                archived.events,
                archived.file,
                archived.sha256,
                archived.bytes,
                archived.first_at,
                archived.last_at,
            ],
        )


def _select(module: str, statement: str, parameters: list[int | datetime]) -> tuple[ArchivedRange, ...]:
    with connection_for(module).cursor() as cursor:
        cursor.execute(statement, parameters)
        names = [column.name for column in cursor.description]
        return tuple(ArchivedRange(**dict(zip(names, row, strict=True))) for row in cursor.fetchall())
