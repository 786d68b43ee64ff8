"""The floor: the same rows by bare psycopg, hashes made before, and read back with typed decoding and a fold."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import msgspec
import psycopg

from benchmarks.events.child import serve
from benchmarks.events.tables import NOTE

_COLUMNS = "event_id, name, schema_version, key, stream, version, data, meta, previous_hash, hash, at"
_ROW = "(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, now())"
_READ = "SELECT data::text FROM event_log WHERE stream = %s ORDER BY version"
TABLE = """
CREATE TABLE IF NOT EXISTS event_log (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, event_id uuid NOT NULL UNIQUE, name text NOT NULL,
    schema_version smallint NOT NULL, key text NOT NULL, stream text, version integer, data jsonb NOT NULL,
    meta jsonb NOT NULL DEFAULT '{}', previous_hash bytea, hash bytea, at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE UNIQUE INDEX IF NOT EXISTS event_log_stream_version ON event_log (stream, version) WHERE stream IS NOT NULL;
"""
connection = psycopg.connect(os.environ["BENCH_URL"], autocommit=True, prepare_threshold=1)
HASH = bytes(32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    item: str
    number: int
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    total: int = 0
    events: int = 0


def append(first: int, saves: int, events: int, life: int) -> None:
    """One statement a save, in a transaction of its own."""
    statement = f"INSERT INTO event_log ({_COLUMNS}) VALUES {', '.join([_ROW] * events)}"
    data = msgspec.json.encode(Counted(item=str(first), number=7, note=NOTE)).decode()
    for save in range(saves):
        stream, begin = f"raw:{first + save - save % life}", save % life * events
        connection.execute(statement, _parameters(stream, range(begin, begin + events), data))  # type: ignore[call-overload]


def fill(events: int) -> None:
    """One stream of so many events."""
    for start in range(0, events, 500):
        for number in range(start, start + 500):
            data = msgspec.json.encode(Counted(item="x", number=number, note=NOTE)).decode()
            statement = f"INSERT INTO event_log ({_COLUMNS}) VALUES {_ROW}"
            connection.execute(statement, _parameters(f"filled-{events}", (number,), data))  # type: ignore[call-overload]


def rebuild(events: int, times: int) -> None:
    """Read, decode, fold."""
    decode = msgspec.json.Decoder(Counted).decode
    for _ in range(times):
        state = Sum()
        for (data,) in connection.execute(_READ, [f"filled-{events}"]).fetchall():
            event = decode(data)
            state = Sum(total=state.total + event.number, events=state.events + 1)
        if state.events != events:
            raise SystemExit(f"The aggregate is wrong: {state}")


def _parameters(stream: str, versions: Sequence[int] | range, data: str) -> list[Any]:
    return [
        value
        for version in versions
        for value in (uuid4(), "bench.counted", 1, "x", stream, version + 1, data, "{}", HASH, HASH)
    ]


with connection.transaction():
    connection.execute("SELECT pg_advisory_xact_lock(1)")
    connection.execute(TABLE)
serve(append=append, fill=fill, rebuild=rebuild)
