"""Rebuilds as they are stored, in the module's schema: which step each has reached, and how far it has read each log.

A row says what is under way, not that somebody works on it: a session's lock says that, and it ends with its process.
This file may not know handlers or tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from seamline.data import atomic, connection_for
from seamline.data.roles import schema_of
from seamline.events.handling import HandlerFailed

_COLUMNS = (
    "name, version, fingerprint, step, wanted, handled, seconds, failed_publisher, failed_position, error, traceback, "
    "requested_by, requested_at, updated_at"
)
_ALL = f"""
SELECT {_COLUMNS}, (
    SELECT coalesce(json_object_agg(publisher, position), '{{}}') FROM projection_rebuild_share AS share
    WHERE share.name = rebuild.name
) AS positions,
EXISTS (
    SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted
      AND (classid::bigint << 32 | objid::bigint) = hashtextextended('seamline rebuild ' || rebuild.name, 0)
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
) AS is_running
FROM projection_rebuild AS rebuild ORDER BY name
"""  # noqa: S608 - constants only
_BEGIN = """
WITH begun AS (
    INSERT INTO projection_rebuild (name, version, fingerprint, step, wanted, requested_by)
    VALUES (%s, %s, %s, 'filling', %s, %s) RETURNING name
)
INSERT INTO projection_rebuild_share (name, publisher, position)
SELECT begun.name, publisher, position FROM begun, unnest(%s::text[], %s::bigint[]) AS share (publisher, position)
"""
_MOVE = """
WITH counted AS (
    UPDATE {schema}.projection_rebuild SET handled = handled + %s, seconds = seconds + %s, failed_position = NULL,
        failed_publisher = '', error = '', traceback = '', updated_at = clock_timestamp()
    WHERE name = %s
)
UPDATE {schema}.projection_rebuild_share SET position = %s WHERE name = %s AND publisher = %s
"""
_FAIL = """
UPDATE projection_rebuild SET failed_publisher = %s, failed_position = %s, error = %s, traceback = %s,
    updated_at = clock_timestamp()
WHERE name = %s
"""
LOCK_KEY = "hashtextextended('seamline rebuild ' || %s, 0)"
"""SQL for the number of the lock that whoever works on a rebuild holds; takes the projection's name."""


class Step(StrEnum):
    """What is to be done next."""

    FILLING = "filling"
    INDEXING = "indexing"
    COMPARING = "comparing"
    SWAPPING = "swapping"
    DROPPING = "dropping"
    """The new tables are live; the old ones are to be dropped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuild:
    """One projection that is being made anew."""

    name: str
    version: int
    fingerprint: str
    """Of the code that makes the new rows."""
    step: Step
    wanted: int
    """Events that there were to handle when it began; an estimate."""
    handled: int
    seconds: float
    """Time spent on handling them, over all processes that did."""
    failed_publisher: str
    failed_position: int | None
    """The event that the handler failed at; None where it did not."""
    error: str
    traceback: str
    requested_by: str
    requested_at: datetime
    updated_at: datetime
    positions: Mapping[str, int]
    """How far it has taken in each publisher's log."""
    is_running: bool
    """Somebody works on it now."""

    @property
    def rate(self) -> float:
        """Events a second."""
        return self.handled / self.seconds if self.seconds else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Until all events are handled that there were; None while nothing is known."""
        if self.step is not Step.FILLING:
            return 0.0
        return max(0, self.wanted - self.handled) / self.rate if self.rate else None


def rebuilds(module: str) -> dict[str, Rebuild]:
    """The unfinished rebuilds of a module's projections, by name."""
    with connection_for(module).cursor() as cursor:
        cursor.execute(_ALL)
        names = [column.name for column in cursor.description]
        rows: list[dict[str, Any]] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {row["name"]: Rebuild(**{**row, "step": Step(row["step"])}) for row in rows}


def begin(
    module: str,
    *,
    name: str,
    version: int,
    fingerprint: str,
    wanted: int,
    requested_by: str,
    positions: Mapping[str, int],
) -> None:
    """Store a new rebuild; in the transaction that makes its tables."""
    with connection_for(module).cursor() as cursor:
        cursor.execute(
            _BEGIN,
            [name, version, fingerprint, wanted, requested_by, list(positions), list(positions.values())],
        )


def forget(module: str, name: str) -> None:
    """Delete what is stored of a rebuild; in an open transaction."""
    with connection_for(module).cursor() as cursor:
        cursor.execute("DELETE FROM projection_rebuild WHERE name = %s", [name])


def set_step(module: str, name: str, step: Step) -> None:
    """Say what is to be done next."""
    with atomic(module), connection_for(module).cursor() as cursor:
        cursor.execute(
            "UPDATE projection_rebuild SET step = %s, updated_at = clock_timestamp() WHERE name = %s", [step, name]
        )


def move(module: str, name: str, *, publisher: str, position: int, handled: int, seconds: float) -> None:
    """Set how far the new rows have taken in a log; in the commit of those rows, whatever the search path is."""
    with connection_for(module).cursor() as cursor:
        statement = _MOVE.format(schema=connection_for(module).ops.quote_name(schema_of(module)))
        cursor.execute(statement, [handled, seconds, name, position, name, publisher])


def fail(module: str, name: str, *, publisher: str, position: int, failed: HandlerFailed) -> None:
    """Store at which event the handler failed; the rebuild stands before it."""
    with atomic(module), connection_for(module).cursor() as cursor:
        cursor.execute(_FAIL, [publisher, position, failed.error, failed.traceback, name])
