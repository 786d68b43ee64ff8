"""Comparing live and rebuilt rows, in the database, within one snapshot: which are there on one side only, or differ.

Rows are told apart by their primary key; where that is a number that the table gives itself, by all else they hold.
This file may not write.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from seamline.data.roles import rebuild_schema, schema_of

SHOWN = 5
"""Differing rows that are shown of each table."""

_COLUMNS = """
SELECT a.attname::text, a.attidentity <> '', t.typname IN ('json', 'xml', 'point', 'line', 'polygon', 'box', 'path'),
    coalesce(a.attnum = ANY(i.indkey::int2[]), false)
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
WHERE a.attrelid = (SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                    WHERE n.nspname = %s AND c.relname = %s)
  AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""
_BY_KEY = """
WITH differing AS (
    SELECT to_jsonb(live) AS live, to_jsonb(new) AS new,
        live.{first} IS NULL AS only_new, new.{first} IS NULL AS only_live
    FROM {live} AS live FULL JOIN {new} AS new ON {same_key}
    WHERE live.{first} IS NULL OR new.{first} IS NULL OR {differs}
)
SELECT count(*) FILTER (WHERE only_live), count(*) FILTER (WHERE only_new),
    count(*) FILTER (WHERE NOT only_live AND NOT only_new),
    (SELECT coalesce(json_agg(json_build_object('live', live, 'rebuilt', new)), '[]')
     FROM (SELECT * FROM differing LIMIT {shown}) AS shown)
FROM differing
"""
_BY_CONTENT = """
WITH gone AS (SELECT {columns} FROM {live} EXCEPT ALL SELECT {columns} FROM {new}),
    come AS (SELECT {columns} FROM {new} EXCEPT ALL SELECT {columns} FROM {live})
SELECT (SELECT count(*) FROM gone), (SELECT count(*) FROM come), 0, (
    SELECT coalesce(json_agg(json_build_object('live', live, 'rebuilt', new)), '[]') FROM (
        (SELECT to_jsonb(gone) AS live, NULL::jsonb AS new FROM gone LIMIT {shown})
        UNION ALL (SELECT NULL, to_jsonb(come) FROM come LIMIT {shown})
    ) AS shown)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableComparison:
    """How the two sides of one table compare."""

    table: str
    live: int
    rebuilt: int
    """Rows."""
    only_live: int
    only_rebuilt: int
    different: int
    """Rows that are on both sides and do not say the same; without a key of their own, such rows count as missing."""
    examples: tuple[dict[str, Any], ...]
    """Some that differ, each with ``live`` and ``rebuilt``; None where it is missing."""

    @property
    def is_equal(self) -> bool:
        return not (self.only_live or self.only_rebuilt or self.different)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    name: str
    is_identity: bool
    has_no_equality: bool
    is_key: bool


def compare_tables(
    connection: psycopg.Connection[Any], *, module: str, tables: Iterable[str]
) -> tuple[TableComparison, ...]:
    """Compare every row; the connection's open transaction has the snapshot."""
    return tuple(_compare(connection, module, table) for table in tables)


def _compare(connection: psycopg.Connection[Any], module: str, table: str) -> TableComparison:
    live = sql.Identifier(schema_of(module), table)
    new = sql.Identifier(rebuild_schema(schema_of(module)), table)
    columns = [_Column(**_named(row)) for row in connection.execute(_COLUMNS, [schema_of(module), table]).fetchall()]
    key = [column for column in columns if column.is_key]
    if key and not any(column.is_identity for column in key):
        rest = [column for column in columns if not column.is_key]
        query = sql.SQL(_BY_KEY).format(
            live=live,
            new=new,
            first=sql.Identifier(key[0].name),
            same_key=sql.SQL(" AND ").join(
                sql.SQL("{} = {}").format(_of("live", each), _of("new", each)) for each in key
            ),
            differs=_differs(rest),
            shown=SHOWN,
        )
    else:
        listed = sql.SQL(", ").join(_alone(column) for column in columns if not column.is_identity)
        query = sql.SQL(_BY_CONTENT).format(live=live, new=new, columns=listed, shown=SHOWN)
    only_live, only_rebuilt, different, examples = _row(connection, query)
    return TableComparison(
        table=table,
        live=_row(connection, sql.SQL("SELECT count(*) FROM {}").format(live))[0],
        rebuilt=_row(connection, sql.SQL("SELECT count(*) FROM {}").format(new))[0],
        only_live=only_live,
        only_rebuilt=only_rebuilt,
        different=different,
        examples=tuple(examples),
    )


def _named(row: Sequence[Any]) -> dict[str, Any]:
    return dict(zip(_Column.__slots__, row, strict=True))


def _of(side: str, column: _Column) -> sql.Composed:
    value = sql.SQL("{}.{}").format(sql.Identifier(side), sql.Identifier(column.name))
    return sql.SQL("{}::text").format(value) if column.has_no_equality else value


def _alone(column: _Column) -> sql.Composed:
    name = sql.Identifier(column.name)
    return sql.SQL("{}::text AS {}").format(name, name) if column.has_no_equality else sql.SQL("{}").format(name)


def _differs(columns: Sequence[_Column]) -> sql.Composable:
    if not columns:
        return sql.SQL("false")
    sides = [sql.SQL(", ").join(_of(side, column) for column in columns) for side in ("live", "new")]
    return sql.SQL("ROW({}) IS DISTINCT FROM ROW({})").format(*sides)


def _row(connection: psycopg.Connection[Any], query: sql.Composed) -> tuple[Any, ...]:
    row = connection.execute(query).fetchone()
    assert row is not None
    return tuple(row)
