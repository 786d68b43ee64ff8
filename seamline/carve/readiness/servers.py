"""What a carve would suffer from on the two servers, beside what it refuses: odd tables, work in flight, capacity.

The refusals are the move's own, in ``seamline.carve.move.preflight``. This file only reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg

from seamline.carve.move.servers import Move
from seamline.carve.readiness.findings import Level, Reason
from seamline.data.roles import serving_role

LONG = 5.0
"""Seconds after which a transaction is long: the fence waits 0.3 s for it and gives up."""
WORKERS = 4
"""Background processes that a subscription takes at most: launcher, apply, and two tables being copied."""
REPLICATION = 4
"""Connections that the two directions of replication take of a server, with two tables being copied."""
PROCESSES = 2
"""With a pool for the module, at least: the monolith's and the service's."""
_BUDGET = """
SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int,
    (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')
"""
_PARTITIONED = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %s AND c.relkind = 'p' ORDER BY 1
"""
_GENERATED = """
SELECT c.relname || '.' || a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %s AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated <> ''
ORDER BY 1
"""
_COLUMN_GRANTS = """
SELECT c.relname || '.' || a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %s AND a.attnum > 0 AND NOT a.attisdropped AND a.attacl IS NOT NULL ORDER BY 1
"""
_FOREIGN_TYPES = """
SELECT DISTINCT c.relname || '.' || a.attname, tn.nspname || '.' || t.typname
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_type t ON t.oid = a.atttypid JOIN pg_namespace tn ON tn.oid = t.typnamespace
WHERE n.nspname = %s AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
  AND tn.nspname NOT IN (n.nspname, 'pg_catalog') ORDER BY 1
"""
_LONG = """
SELECT a.pid, a.application_name, a.state, extract(epoch FROM clock_timestamp() - a.xact_start)::float
FROM pg_stat_activity a
WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND a.backend_type = 'client backend'
  AND a.usename <> %s AND a.xact_start < clock_timestamp() - make_interval(secs => %s)
  AND EXISTS (SELECT FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
              WHERE l.pid = a.pid AND l.granted AND n.nspname = %s) ORDER BY 4 DESC
"""
_DDL = """
SELECT DISTINCT l.pid, c.relname FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %s AND l.granted AND l.mode = 'AccessExclusiveLock' AND l.pid <> pg_backend_pid()
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) ORDER BY 1
"""
_SETTING = "SELECT setting FROM pg_settings WHERE name = %s"
_Connection = psycopg.Connection[Any]


def server_reasons(move: Move, source: _Connection, target: _Connection | None) -> Iterator[Reason]:
    """What would be slow or risky, and the target's connections.

    :param target: None while there is none yet; what depends on it is left out.
    """
    yield from _schema(move.module, source, target)
    yield from _activity(move.module, source)
    yield from _capacity(source, str(move.source.place))
    if target is None:
        return
    yield from _capacity(target, str(move.target.place))
    versions = source.info.server_version // 10000, target.info.server_version // 10000
    if versions[1] < versions[0]:
        yield Reason(
            id="P158",
            level=Level.WARNING,
            text="The target's PostgreSQL is older than the source's.",
            evidence=f"{versions[0]} -> {versions[1]}",
            advice="Use the same version or a newer one: the schema may use what the older does not know.",
        )


def silent(place: str, error: psycopg.OperationalError) -> Reason:
    """A server that cannot be looked at, and so cannot be begun with."""
    return Reason(
        id="P160",
        level=Level.BLOCKER,
        text=f"{place} does not let the administrator in.",
        evidence=(str(error).strip().splitlines() or ["no answer"])[0],
        advice="Start it, or correct the administrator's URL.",
    )


def target_connection_reasons(target: _Connection, place: str, *, pool: int) -> Iterator[Reason]:
    """Whether the target has connections for the module's pools in monolith and service.

    :param pool: connections that a process keeps for the module at most.
    """
    row = target.execute(_BUDGET).fetchone()
    assert row is not None
    most, used = row
    wanted = REPLICATION + PROCESSES * pool
    fits = used + wanted <= most
    yield Reason(
        id="P159",
        level=Level.NOTE if fits else Level.WARNING,
        text=f"{place} has enough connections." if fits else f"{place} may run out of connections.",
        evidence=f"{used} of {most} in use; up to {wanted} more: {REPLICATION} for replication, {PROCESSES} x {pool}",
        advice="" if fits else "Raise max_connections there, or lower SEAMLINE_POOL_SIZE.",
    )


def _schema(schema: str, source: _Connection, target: _Connection | None) -> Iterator[Reason]:
    def first_columns(query: str) -> list[str]:
        return [row[0] for row in source.execute(query, [schema]).fetchall()]

    for table in first_columns(_PARTITIONED):
        yield Reason(
            id="P150",
            level=Level.WARNING,
            text=f"{schema}.{table} is partitioned: each partition is copied and followed as a table of its own.",
            evidence=f"{schema}.{table}",
            advice="Make no partitions while the move is on; 'carve verify' compares them all.",
        )
    if generated := first_columns(_GENERATED):
        yield Reason(
            id="P151",
            level=Level.NOTE,
            text="Generated columns are not replicated: the target computes them itself.",
            evidence=", ".join(generated),
        )
    if granted := first_columns(_COLUMN_GRANTS):
        yield Reason(
            id="P152",
            level=Level.WARNING,
            text="Rights on single columns stay in force while the schema is fenced off.",
            evidence=", ".join(granted),
            advice="Grant on whole tables, so that every right depends on the schema's.",
        )
    for column, type_name in source.execute(_FOREIGN_TYPES, [schema]).fetchall():
        if target is None:
            yield Reason(
                id="P153",
                level=Level.WARNING,
                text=f"{schema}.{column} has the type {type_name} of another schema, which the target needs too.",
                evidence=f"{schema}.{column}",
                advice="Have the type in the module's own schema, or make it at the target before.",
            )
        elif target.execute("SELECT to_regtype(%s) IS NULL", [type_name]).fetchone() == (True,):
            yield Reason(
                id="P153",
                level=Level.BLOCKER,
                text=f"The target has no type {type_name}, which {schema}.{column} has.",
                evidence=f"{schema}.{column}",
                advice="Have the type in the module's own schema, or make it at the target before.",
            )


def _activity(schema: str, source: _Connection) -> Iterator[Reason]:
    for pid, application, state, seconds in source.execute(_LONG, [serving_role(schema), LONG, schema]).fetchall():
        yield Reason(
            id="P155",
            level=Level.WARNING,
            text=f"Process {pid} ({application or 'no name'}, {state}) is in a long transaction on the schema.",
            evidence=f"{seconds:.1f} s",
            advice="The fence gives up while it lasts: end it, or give 'carve cutover --end-idle-after SECONDS'.",
        )
    for pid, table in source.execute(_DDL, [schema]).fetchall():
        yield Reason(
            id="P154",
            level=Level.WARNING,
            text=f"Process {pid} is changing {schema}.{table} at this moment.",
            evidence=f"AccessExclusiveLock on {schema}.{table}",
            advice="Let the migration end first; from 'carve start' on the schema cannot be changed.",
        )


def _capacity(connection: _Connection, place: str) -> Iterator[Reason]:
    def setting(name: str) -> int:
        row = connection.execute(_SETTING, [name]).fetchone()
        return int(row[0]) if row else 0

    if (workers := setting("max_worker_processes")) < WORKERS:
        yield Reason(
            id="P156",
            level=Level.WARNING,
            text=f"{place} may have too few background processes.",
            evidence=f"max_worker_processes = {workers}, {WORKERS} wanted",
            advice="Raise it and restart the server, or tables are copied one after another, or not at all.",
        )
    kept = setting("max_slot_wal_keep_size")
    yield Reason(
        id="P157",
        level=Level.NOTE,
        text=f"{place} keeps its log for as long as the other server is away"
        + (", until its disk is full." if kept < 0 else "; after that a new copy is needed."),
        evidence="max_slot_wal_keep_size = " + ("unlimited" if kept < 0 else f"{kept:,} MB"),
        advice="Watch the disk with 'carve status', or set max_slot_wal_keep_size." if kept < 0 else "",
    )
