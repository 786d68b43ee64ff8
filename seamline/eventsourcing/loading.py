"""Reading a stream: the rows behind a snapshot, lifted to today's schema and folded into a state.

One statement for each read. This file may not write.
"""

# ruff: noqa: S608 - the statements are put together from parts of this file
from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from seamline.contract import Event
from seamline.contract.codec import decoder
from seamline.data import connection_for
from seamline.events.stored import StoredEvent, UndecodableEvent
from seamline.eventsourcing.aggregate import NEVER, NOTHING, Aggregate, AggregateType, State
from seamline.eventsourcing.chain import moment
from seamline.eventsourcing.limits import AT_ANY_TIME, LATEST
from seamline.eventsourcing.personal import opened

_STREAM = "FROM event_log WHERE stream = %(stream)s AND version <= %(version)s AND at <= %(at)s"
_EVENTS = f"SELECT name, schema_version::integer, data::text {_STREAM}"
# Three columns for all: what is read of each event decides how long 10,000 of them take. The last row has no name, and
# tells the end of the stream, to which the next event is chained; a snapshot has an empty one.
_MARK = "coalesce(encode(hash, 'hex'), '') || ' ' || (extract(epoch FROM at) * 1000000)::bigint"
_END = f"SELECT NULL, version, {_MARK} {_STREAM} ORDER BY version DESC LIMIT 1"
_SNAPSHOT = """
SELECT '', kept.version, kept.state::text
FROM snapshot AS kept
JOIN event_log AS event ON event.stream = kept.stream AND event.version = kept.version AND event.hash = kept.hash
WHERE kept.stream = %(stream)s AND kept.code = %(code)s AND kept.version <= %(version)s AND event.at <= %(at)s
"""
_READ = f"({_EVENTS} ORDER BY version) UNION ALL ({_END})"
_READ_ON = f"""
WITH kept (name, version, state) AS MATERIALIZED ({_SNAPSHOT})
SELECT name, version, state FROM kept
UNION ALL
({_EVENTS} AND version > coalesce((SELECT version FROM kept), 0) ORDER BY version)
UNION ALL
({_END})
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
    if not rows:
        return Aggregate(id=id, state=type_.initial())
    kept, events, (_, version, mark) = _parts(rows)
    state = type_.initial() if kept is None else _decoder(type_.state).decode(kept[2])
    digest, _, when = mark.partition(" ")
    return Aggregate(
        id=id,
        state=_folded(type_, state, events, begin=0 if kept is None else kept[1]),
        version=version,
        hash=bytes.fromhex(digest),
        at=moment(int(when)),
    )


_Row = tuple[Any, ...]


def _parts(rows: Sequence[_Row]) -> tuple[_Row | None, Sequence[_Row], _Row]:
    """Snapshot, events and end; sorted out where the server has read the parts side by side."""
    kept, end = rows[0] if rows[0][0] == "" else None, rows[-1]
    events = rows[1:-1] if kept is not None else rows[:-1]
    if end[0] is None and (0 if kept is None else kept[1]) + len(events) == end[1]:
        return kept, events, end
    kept = next((row for row in rows if row[0] == ""), None)
    return kept, [row for row in rows if row[0]], next(row for row in rows if row[0] is None)


def load_many(type_: AggregateType[State], ids: Sequence[str]) -> dict[str, Aggregate[State]]:
    """Several aggregates by id, in one statement and without snapshots; those that do not exist are left out."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    for stream, *row in _rows(type_.module, _ALL, [[type_.stream(id) for id in ids]]):
        found.setdefault(type_.id_of(stream), []).append(tuple(row))
    made = {}
    for id, rows in found.items():
        version, *_, digest, at = rows[-1]
        state = _folded(type_, type_.initial(), (row[1:4] for row in rows), begin=0)
        made[id] = Aggregate(id=id, state=state, version=version, hash=bytes(digest or NOTHING), at=at)
    return made


def _folded(type_: AggregateType[State], state: State, stored: Iterable[tuple[str, int, str]], *, begin: int) -> State:
    """The state after events, each its name, schema version and JSON; decoded at once where the schema is today's."""
    known: dict[tuple[str, int], Callable[[str], Event]] = {
        (event.event_name, event.schema_version): _decoder(event).decode
        for event in type_.events
        if event not in type_.personal
    }
    evolve, version = type_.evolve, begin
    for name, schema_version, data in stored:
        version += 1
        decode = known.get((name, schema_version))
        try:
            event = decode(data) if decode is not None else _decoded(type_, version, name, schema_version, data)
        except ValueError as error:
            raise UndecodableEvent(
                f"{name}, version {version} of its stream (schema version {schema_version}), does not fit its class: "
                f"{error}. Give new fields a default, or register an upcaster."
            ) from error
        state = evolve(state, event)
    return state


def _decoded(type_: AggregateType[Any], version: int, name: str, schema_version: int, data: str) -> Event:
    stored = StoredEvent(version, UUID(int=0), name, schema_version, "", opened(type_, name, data), "{}", NEVER)
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
