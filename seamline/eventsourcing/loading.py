"""Reading a stream: the rows behind a snapshot, lifted to today's schema and folded into a state.

One statement for each read. This file may not write.
"""

# ruff: noqa: S608 - the statements are put together from parts of this file
from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from seamline.contract import Event
from seamline.contract.codec import decoder
from seamline.data import connection_for
from seamline.events.stored import StoredEvent, UndecodableEvent
from seamline.eventsourcing.aggregate import NOTHING, Aggregate, AggregateType, State
from seamline.eventsourcing.limits import AT_ANY_TIME, LATEST
from seamline.eventsourcing.personal import opened

_SNAPSHOT = """
SELECT kept.version, '', 0::smallint, kept.state::text, event.hash, event.at
FROM snapshot AS kept
JOIN event_log AS event ON event.stream = kept.stream AND event.version = kept.version AND event.hash = kept.hash
WHERE kept.stream = %(stream)s AND kept.code = %(code)s AND kept.version <= %(version)s AND event.at <= %(at)s
"""
_EVENTS = """
SELECT version, name, schema_version, data::text, hash, at FROM event_log
WHERE stream = %(stream)s AND version <= %(version)s AND at <= %(at)s
"""
_READ = f"{_EVENTS} ORDER BY version"
_READ_ON = f"""
WITH kept AS MATERIALIZED ({_SNAPSHOT})
SELECT * FROM kept
UNION ALL
({_EVENTS} AND version > coalesce((SELECT version FROM kept), 0) ORDER BY version)
"""
_ALL = """
SELECT stream, version, name, schema_version, data::text, hash, at FROM event_log
WHERE stream = ANY(%s) ORDER BY stream, version
"""
_decoder: Callable[[Any], Any] = decoder


def load(
    type_: AggregateType[State], id: str, *, version: int = LATEST, at: datetime = AT_ANY_TIME
) -> Aggregate[State]:
    """The aggregate as it is, or was: its first events, up to a version and a time.

    :raises UndecodableEvent: the stream holds what this code cannot read.
    """
    parameters = {"stream": type_.stream(id), "version": version, "at": at, "code": ""}
    statement = _READ
    if type_.snapshot_every:
        statement, parameters["code"] = _READ_ON, type_.fingerprint
    rows = _rows(type_.module, statement, parameters)
    state, begin = type_.initial(), 0
    if rows and not rows[0][1]:
        state, begin = _decoder(type_.state).decode(rows[0][3]), 1
    return _folded(type_, id, state, rows, begin=begin)


def load_many(type_: AggregateType[State], ids: Sequence[str]) -> dict[str, Aggregate[State]]:
    """Several aggregates by id, in one statement and without snapshots; those that do not exist are left out."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    for stream, *row in _rows(type_.module, _ALL, [[type_.stream(id) for id in ids]]):
        found.setdefault(type_.id_of(stream), []).append(tuple(row))
    return {id: _folded(type_, id, type_.initial(), rows, begin=0) for id, rows in found.items()}


def _folded(
    type_: AggregateType[State], id: str, state: State, rows: Sequence[tuple[Any, ...]], *, begin: int
) -> Aggregate[State]:
    if not rows:
        return Aggregate(id=id, state=state)
    evolve = type_.evolve
    for event in _events(type_, rows, begin):
        state = evolve(state, event)
    version, *_, digest, at = rows[-1]
    return Aggregate(id=id, state=state, version=version, hash=bytes(digest or NOTHING), at=at)


def _events(type_: AggregateType[Any], rows: Sequence[tuple[Any, ...]], begin: int) -> Iterator[Event]:
    """Decoded by today's classes directly, where they are of today's schema."""
    known: dict[tuple[str, int], Callable[[str], Event]] = {
        (event.event_name, event.schema_version): _decoder(event).decode
        for event in type_.events
        if event not in type_.personal
    }
    for index in range(begin, len(rows)):
        row = rows[index]
        decode = known.get((row[1], row[2]))
        try:
            yield decode(row[3]) if decode is not None else _decoded(type_, row)
        except ValueError as error:
            raise UndecodableEvent(
                f"{row[1]}, version {row[0]} of its stream (schema version {row[2]}), does not fit its class: {error}. "
                "Give new fields a default, or register an upcaster."
            ) from error


def _decoded(type_: AggregateType[Any], row: Sequence[Any]) -> Event:
    version, name, schema_version, data, _, at = row
    stored = StoredEvent(version, UUID(int=0), name, schema_version, "", opened(type_, name, data), "{}", at)
    return stored.decode()


def _rows(module: str, statement: str, parameters: Any) -> list[tuple[Any, ...]]:
    """In PostgreSQL's binary format, which costs half as much to read."""
    connection = connection_for(module)
    connection.ensure_connection()
    cursor: Any = psycopg.Cursor(connection.connection)
    cursor.format = psycopg.pq.Format.BINARY
    with connection.make_debug_cursor(cursor) if connection.queries_logged else connection.make_cursor(cursor) as made:
        made.execute(statement, parameters)
        return list(made.fetchall())
