"""What code made the rows of each projection, kept beside them in the module's schema: ``projection``.

The row appears in the commit of the first rows, is replaced with the swap of a rebuild, and can be accepted by an
operator who knows that a change makes no difference. This file may not build tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any

from seamline.data import atomic, connection_for
from seamline.modules.registry import hosted_modules
from seamline.projections.projection import Projection, projections_of

_NOTE = """
INSERT INTO projection (name, version, fingerprint) VALUES (%s, %s, %s) ON CONFLICT (name) DO NOTHING
"""
_READ = "SELECT name, version, fingerprint, built_at, rebuilds, accepted_by, reason FROM projection ORDER BY name"
_REPLACE = """
INSERT INTO projection (name, version, fingerprint, rebuilds) VALUES (%s, %s, %s, 1)
ON CONFLICT (name) DO UPDATE SET version = excluded.version, fingerprint = excluded.fingerprint,
    built_at = clock_timestamp(), rebuilds = projection.rebuilds + 1, accepted_by = '', reason = ''
"""
_ACCEPT = """
INSERT INTO projection (name, version, fingerprint, accepted_by, reason) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (name) DO UPDATE SET version = excluded.version, fingerprint = excluded.fingerprint,
    accepted_by = excluded.accepted_by, reason = excluded.reason
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What made the live rows of one projection."""

    name: str
    version: int
    fingerprint: str
    built_at: datetime
    rebuilds: int
    accepted_by: str
    """Who said last that other code makes the same rows; empty where nobody did since the rows were made."""
    reason: str


def projections(name: str | None = None) -> Iterator[tuple[str, Projection]]:
    """Each hosted projection, or the one of this name, with its module.

    :raises LookupError: no hosted module has a projection of this name.
    """
    found = [(module.name, each) for module in hosted_modules() for each in projections_of(module)]
    chosen = [pair for pair in found if name in (None, pair[1].name)]
    if name is not None and not chosen:
        known = ", ".join(each.name for _, each in found) or "none"
        raise LookupError(f"No hosted module has a projection {name!r}; there are: {known}.")
    yield from chosen


def records(module: str) -> dict[str, Record]:
    """The records of a module's projections, by name."""
    with connection_for(module).cursor() as cursor:
        cursor.execute(_READ)
        names = [column.name for column in cursor.description]
        rows = [Record(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]
    return {row.name: row for row in rows}


def noting(projection: Projection, handler: Callable[..., None]) -> Callable[..., None]:
    """The handler, which first notes once what code makes the rows; where there is a note, it stays as it is."""
    from seamline.projections.fingerprint import fingerprint
    from seamline.projections.muted import is_rebuilding

    noted = False

    @wraps(handler)
    def note_and_handle(*arguments: Any) -> None:
        nonlocal noted
        if not noted and not is_rebuilding():
            with connection_for(projection.name.partition(".")[0]).cursor() as cursor:
                cursor.execute(_NOTE, [projection.name, projection.version, fingerprint(projection)])
            noted = True
        handler(*arguments)

    return note_and_handle


def replace_record(module: str, projection: Projection, *, fingerprint: str) -> None:
    """Say that the live rows were all made by this code; in the transaction that puts them in place."""
    with connection_for(module).cursor() as cursor:
        cursor.execute(_REPLACE, [projection.name, projection.version, fingerprint])


def accept(name: str, *, accepted_by: str, reason: str) -> Record:
    """Say that today's code would make the same rows as the code that made them.

    :raises LookupError: no hosted module has the projection.
    :raises ValueError: no reason was given.
    """
    from seamline.projections.fingerprint import fingerprint

    if not reason.strip():
        raise ValueError("Say why today's code makes the same rows: --reason '...'")
    module, projection = next(iter(projections(name)))
    with atomic(module), connection_for(module).cursor() as cursor:
        parameters: list[str | int] = [name, projection.version, fingerprint(projection), accepted_by, reason.strip()]
        cursor.execute(_ACCEPT, parameters)
    return records(module)[name]
