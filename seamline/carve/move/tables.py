"""What a schema holds, as the move needs to know it: tables in an order for locks, sequences, and a fingerprint."""

from __future__ import annotations

import hashlib
from typing import Any

import psycopg
from psycopg import sql

from seamline.data.route import GATE

_TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %s AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY c.relname = %s DESC, c.relname
"""
_VIEWS = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %s AND c.relkind = 'v' AND pg_relation_is_updatable(c.oid, false) <> 0 ORDER BY c.relname
"""
_SEQUENCES = "SELECT sequencename, increment_by FROM pg_sequences WHERE schemaname = %s ORDER BY 1"
_COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attgenerated::text
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE n.nspname = %s AND c.relkind IN ('r', 'p') ORDER BY 1, 2
"""
AHEAD = 32
"""Values that a sequence skips in a move: as many as PostgreSQL may lose of one in a crash."""


def tables_of(connection: psycopg.Connection[Any], schema: str) -> tuple[str, ...]:
    """All tables, the gate first: whoever holds that one has no transaction beside."""
    return tuple(row[0] for row in connection.execute(_TABLES, [schema, GATE]).fetchall())


def writable_views_of(connection: psycopg.Connection[Any], schema: str) -> tuple[str, ...]:
    """Views that writes go through: who waits at the table behind one is past the check of the schema's rights."""
    return tuple(row[0] for row in connection.execute(_VIEWS, [schema]).fetchall())


def fingerprint(connection: psycopg.Connection[Any], schema: str) -> str:
    """Equal for two schemas whose rows fit into each other."""
    rows = connection.execute(_COLUMNS, [schema]).fetchall()
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def sequence_names(connection: psycopg.Connection[Any], schema: str) -> tuple[tuple[str, int], ...]:
    """Each sequence and its increment."""
    return tuple((name, step) for name, step in connection.execute(_SEQUENCES, [schema]).fetchall())


def sequence_values(
    connection: psycopg.Connection[Any], schema: str, names: tuple[tuple[str, int], ...]
) -> tuple[tuple[str, int], ...]:
    """What each sequence is to be set to elsewhere, so that no value is given twice; one statement for all."""
    if not names:
        return ()
    query = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {name}, last_value + {ahead} FROM {sequence}").format(
            name=sql.Literal(name), ahead=sql.Literal(AHEAD * step), sequence=sql.Identifier(schema, name)
        )
        for name, step in names
    )
    return tuple((name, value) for name, value in connection.execute(query).fetchall())


def set_sequences(connection: psycopg.Connection[Any], schema: str, values: tuple[tuple[str, int], ...]) -> None:
    """Go on behind these values, or where a sequence already is when that is further."""
    if not values:
        return
    connection.execute(
        sql.SQL("; ").join(
            sql.SQL("SELECT setval({regclass}::regclass, greatest({value}, last_value)) FROM {sequence}").format(
                regclass=sql.Literal(sql.Identifier(schema, name).as_string(None)),
                value=sql.Literal(value),
                sequence=sql.Identifier(schema, name),
            )
            for name, value in values
        )
    )
