"""What must be so on both servers before anything is made there. Only reads; every finding is a reason not to begin.

The sources are PostgreSQL's own limits of logical replication and what the fence relies on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg

from seamline.carve.move.servers import Move
from seamline.data.roles import serving_role
from seamline.data.route import GATE

OLDEST = 16
"""Reverse replication needs ``origin = none``, which came with PostgreSQL 16."""

_WITHOUT_KEY = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %s AND c.relkind = 'r' AND c.relreplident NOT IN ('f', 'i')
  AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary) ORDER BY 1
"""
_UNLOGGED = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %s AND c.relkind IN ('r', 'p') AND c.relpersistence <> 'p' ORDER BY 1
"""
_CROSSING = """
SELECT c.conname, s.relname, tn.nspname || '.' || t.relname FROM pg_constraint c
JOIN pg_class s ON s.oid = c.conrelid JOIN pg_namespace sn ON sn.oid = s.relnamespace
JOIN pg_class t ON t.oid = c.confrelid JOIN pg_namespace tn ON tn.oid = t.relnamespace
WHERE c.contype = 'f' AND sn.nspname <> tn.nspname AND %s IN (sn.nspname, tn.nspname) ORDER BY 1
"""
_FOREIGN_OWNED = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %s AND c.relkind IN ('r', 'p') AND pg_get_userbyid(c.relowner) = %s ORDER BY 1
"""
_TRIGGERS = """
SELECT c.relname || '.' || t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %s AND NOT t.tgisinternal AND t.tgenabled IN ('A', 'R') ORDER BY 1
"""
_DEFINERS = """
SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname = %s AND p.prosecdef AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
  AND has_function_privilege(%s, p.oid, 'EXECUTE') ORDER BY 1
"""
_LARGE = """
SELECT c.relname || '.' || a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %s AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid IN ('oid'::regtype)
ORDER BY 1
"""
_EXTENSIONS = """
SELECT e.extname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE n.nspname = %s ORDER BY 1
"""
_COLLATIONS = """
SELECT DISTINCT l.collname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_collation l ON l.oid = a.attcollation
WHERE n.nspname = %s AND a.attnum > 0 AND l.collname <> 'default'
"""


def refusals(move: Move, source: psycopg.Connection[Any], target: psycopg.Connection[Any] | None) -> tuple[str, ...]:
    """Every reason not to move, as a sentence with what to do.

    :param target: None while there is none yet.
    """
    found = list(_schema_refusals(move.module, source))
    found += _server_refusals(source, move.source.place, subscribes=1)
    if target is not None:
        found += _server_refusals(target, move.target.place, subscribes=1)
        found += _missing_at_target(move.module, source, target)
    return tuple(found)


def _schema_refusals(module: str, source: psycopg.Connection[Any]) -> Iterator[str]:
    def names(query: str, *values: str) -> list[str]:
        return [row[0] for row in source.execute(query, [module, *values]).fetchall()]

    if source.execute("SELECT to_regclass(%s)", [f"{module}.{GATE}"]).fetchone() == (None,):
        yield f"The schema {module} has no table {GATE}: run 'manage.py migrate_modules' first."
    for table in names(_WITHOUT_KEY):
        yield f"{module}.{table} has no primary key: its updates could not be replicated. Add one by a migration."
    for table in names(_UNLOGGED):
        yield f"{module}.{table} is not logged, so it would not be copied: ALTER TABLE ... SET LOGGED, or drop it."
    for constraint, table, other in source.execute(_CROSSING, [module]).fetchall():
        yield f"The foreign key {constraint} of {table} leads to {other}, out of the schema: drop it."
    for table in names(_FOREIGN_OWNED, serving_role(module)):
        yield f"{module}.{table} belongs to the serving role, which no fence holds: give it to {module}_owner."
    for trigger in names(_TRIGGERS):
        yield f"The trigger {trigger} also fires on replicated rows: make it an ordinary one."
    if source.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [serving_role(module)]).fetchone():
        for function in names(_DEFINERS, serving_role(module)):
            yield (
                f"The function {module}.{function} is SECURITY DEFINER: waiting at the fence it would write with its "
                f"owner's rights when the data have gone. Make it SECURITY INVOKER."
            )
    for column in names(_LARGE):
        yield f"{module}.{column} is an oid, maybe of a large object, which is not replicated: use bytea."
    for (name,) in source.execute("SELECT gid FROM pg_prepared_xacts WHERE database = current_database()").fetchall():
        yield f"The prepared transaction {name!r} would block the fence for ever: commit it or roll it back."


def _server_refusals(connection: psycopg.Connection[Any], place: object, *, subscribes: int) -> Iterator[str]:
    def setting(name: str) -> str:
        row = connection.execute("SELECT setting FROM pg_settings WHERE name = %s", [name]).fetchone()
        return row[0] if row else ""

    version = connection.info.server_version // 10000
    if version < OLDEST:
        yield f"{place} is PostgreSQL {version}; a carve needs {OLDEST} or newer on both sides."
    if setting("wal_level") != "logical":
        yield f"{place} has wal_level = {setting('wal_level')}: set it to logical and restart the server."
    counts = connection.execute(
        "SELECT (SELECT count(*) FROM pg_replication_slots), (SELECT count(*) FROM pg_stat_replication),"
        " (SELECT count(*) FROM pg_subscription)"
    ).fetchone()
    assert counts is not None
    # A table that is being copied takes a slot, a sender and a worker of its own; two are copied at a time.
    for name, used, wanted in (
        ("max_replication_slots", counts[0], 3),
        ("max_wal_senders", counts[1], 3),
        ("max_logical_replication_workers", counts[2], 2),
    ):
        if int(setting(name)) < used + wanted:
            yield f"{place} has {name} = {setting(name)} and {used} in use: {wanted} more are needed, so raise it."
    rights = connection.execute(
        "SELECT rolsuper, rolreplication AND rolcreaterole AND pg_has_role(oid, 'pg_create_subscription', 'MEMBER') "
        "FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    if rights is not None and not any(rights):
        yield (
            f"The administrator of {place} may not replicate: it needs to be a superuser, or to have REPLICATION, "
            "CREATEROLE and the role pg_create_subscription."
        )


def _missing_at_target(module: str, source: psycopg.Connection[Any], target: psycopg.Connection[Any]) -> Iterator[str]:
    for (extension,) in source.execute(_EXTENSIONS, [module]).fetchall():
        known = target.execute("SELECT 1 FROM pg_available_extensions WHERE name = %s", [extension]).fetchone()
        if known is None:
            yield f"The target has no extension {extension!r}, which {module} uses: install it there."
    for (collation,) in source.execute(_COLLATIONS, [module]).fetchall():
        if target.execute("SELECT 1 FROM pg_collation WHERE collname = %s", [collation]).fetchone() is None:
            yield f"The target has no collation {collation!r}, which {module} uses: create it there."
    encodings = [
        connection.execute(
            "SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()"
        ).fetchone()
        for connection in (source, target)
    ]
    if encodings[0] != encodings[1]:
        yield f"The databases have different encodings ({encodings[0]}, {encodings[1]}): make the target's the same."
