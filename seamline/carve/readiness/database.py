"""What the two servers say: reasons not to begin, sizes, sequences, connections, and how long the copy will take.

The speed of the copy is measured on rows of the largest table. Only reads.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import psycopg
from django.conf import settings
from psycopg import sql

from seamline.carve.move.preflight import refusals
from seamline.carve.move.servers import Move
from seamline.carve.readiness.findings import Level, Reason

SAMPLE = 20_000
"""Rows that are read to measure the speed."""
LONG = 1.0
"""Seconds of an open transaction that the fence would not wait for."""
_SIZES = """
SELECT c.relname, greatest(c.reltuples, s.n_live_tup, 0)::bigint, pg_total_relation_size(c.oid), pg_table_size(c.oid)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
WHERE n.nspname = %s AND c.relkind = 'r' ORDER BY 3 DESC
"""
_SEQUENCES = """
SELECT sequencename, coalesce(last_value, 0), max_value FROM pg_sequences WHERE schemaname = %s ORDER BY 1
"""
_OPEN = """
SELECT pid, application_name, extract(epoch FROM clock_timestamp() - xact_start)::float FROM pg_stat_activity
WHERE datname = current_database() AND xact_start < clock_timestamp() - make_interval(secs => %s)
  AND backend_type = 'client backend' AND usename = %s ORDER BY 3 DESC LIMIT 5
"""


def database_reasons(
    move: Move, source: psycopg.Connection[Any], target: psycopg.Connection[Any] | None
) -> Iterator[Reason]:
    """All of them.

    :param target: None while there is none yet.
    """
    module = move.module
    for text in refusals(move, source, target):
        yield Reason(id="P101", level=Level.BLOCKER, text=text, evidence=str(move.source.place))
    yield from _sizes(module, source)
    sequences = source.execute(_SEQUENCES, [module]).fetchall()
    for name, last, most in sequences:
        if last > most * 0.8:
            text = f"The sequence {name} is at {last / most:.0%} of its values."
            yield Reason(id="P112", level=Level.WARNING, text=text, evidence=f"{last:,} of {most:,}")
    if sequences:
        text = f"{len(sequences)} sequences go on 32 behind their last value at the target: no id comes twice."
        yield Reason(id="P111", level=Level.NOTE, text=text, evidence=", ".join(name for name, *_ in sequences))
    for process, application, seconds in source.execute(_OPEN, [LONG, f"{module}_rw"]).fetchall():
        yield Reason(
            id="P113",
            level=Level.WARNING,
            text="A transaction is open for longer than a fence waits.",
            evidence=f"process {process} ({application}), {seconds:.1f} s",
            advice="Find out what it waits for, or give 'carve cutover --end-idle-after'.",
        )
    yield from _connections(source, str(move.source.place))


def _sizes(module: str, source: psycopg.Connection[Any]) -> Iterator[Reason]:
    rows = source.execute(_SIZES, [module]).fetchall()
    if not rows:
        yield Reason(
            id="P114", level=Level.BLOCKER, text=f"There is no schema {module} with tables.", evidence="0 tables"
        )
        return
    total_rows, total_bytes = sum(row[1] for row in rows), sum(row[2] for row in rows)
    largest, _, _, table_bytes = rows[0]
    speed = _speed(module, largest, source)
    seconds = sum(row[3] for row in rows) / speed
    yield Reason(
        id="P110",
        level=Level.NOTE,
        text=f"About {total_rows:,} rows in {len(rows)} tables; the copy takes about {max(1.0, seconds):.0f} s.",
        evidence=f"{_mebibytes(total_bytes)} with indexes, read at {_mebibytes(speed)}/s from {largest} "
        f"({_mebibytes(table_bytes)})",
        advice="The target also builds its indexes meanwhile: reckon with twice that where there are many.",
    )


def _speed(module: str, table: str, source: psycopg.Connection[Any]) -> float:
    """Bytes a second in which rows of the table come over the line."""
    query = sql.SQL("COPY (SELECT * FROM {} LIMIT {}) TO STDOUT (FORMAT binary)").format(
        sql.Identifier(module, table), sql.Literal(SAMPLE)
    )
    began, size = time.perf_counter(), 0
    with source.cursor() as cursor, cursor.copy(query) as copy:
        for piece in copy:
            size += len(piece)
    return max(1.0, size / max(time.perf_counter() - began, 1e-4))


def _connections(source: psycopg.Connection[Any], place: str) -> Iterator[Reason]:
    row = source.execute(
        "SELECT current_setting('max_connections')::int, count(*) FROM pg_stat_activity "
        "WHERE backend_type = 'client backend'"
    ).fetchone()
    assert row is not None
    most, used = row
    pool = max(
        (database["OPTIONS"].get("pool", {}).get("max_size", 1) for database in settings.DATABASES.values()), default=1
    )
    yield Reason(
        id="P115",
        level=Level.WARNING if used + 2 * pool > most else Level.NOTE,
        text=f"The service adds up to {pool} connections for each of its processes, wherever the data are.",
        evidence=f"{used} of {most} connections of {place} are used",
        advice="Raise max_connections, or lower SEAMLINE_POOL_SIZE." if used + 2 * pool > most else "",
    )


def _mebibytes(size: float) -> str:
    return f"{size / 1048576:,.1f} MiB"
