"""What must be known of a table to compare it: columns, the key that names its rows, and slices to read it in.

Slices follow what the source's planner knows of the key's distribution, where reading by key is reading in order. The
same slices are asked for on both sides; the first and the last have no outer limit, so no row falls between them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

SLICE_ROWS = 250_000
"""Rows of one statement, about: progress is told after each."""
CHUNK_ROWS = 1000
"""Rows of one digest, about: those of a chunk that differs are read one by one."""
FEWEST_CHUNKS, MOST_CHUNKS = 256, 1024
"""Digests of one statement; a table that was never analysed may be large."""
ORDERED = 0.9
"""Correlation of key and place on disk from which on reading by key is cheap."""
_TABLES = """
SELECT c.relname, c.relkind::text, greatest(c.reltuples, 0)::bigint,
    (SELECT array_agg(a.attname::text ORDER BY a.attname) FROM pg_attribute a
     WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
    (SELECT array_agg(format_type(a.atttypid, a.atttypmod) ORDER BY a.attname) FROM pg_attribute a
     WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
    (SELECT array_agg(a.attname::text ORDER BY k.position)
     FROM pg_index i CROSS JOIN unnest(i.indkey::int2[]) WITH ORDINALITY AS k(number, position)
     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number
     WHERE i.indrelid = c.oid AND i.indisprimary AND k.position <= i.indnkeyatts),
    EXISTS (SELECT FROM pg_class p JOIN pg_inherits h ON h.inhparent = p.oid
            WHERE h.inhrelid = c.oid AND p.relkind = 'p' AND c.relispartition AND p.relname = ANY (%(tables)s))
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %(schema)s AND c.relname = ANY (%(tables)s) AND c.relkind IN ('r', 'p')
"""
_BOUNDS = """
SELECT s.histogram_bounds::text::text[], format_type(a.atttypid, a.atttypmod)
FROM pg_stats s JOIN pg_class c ON c.relname = s.tablename
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = s.schemaname
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = s.attname
WHERE s.schemaname = %s AND s.tablename = %s AND s.attname = %s AND abs(s.correlation) > %s AND a.attcollation = 0
ORDER BY s.inherited DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table as both sides have it."""

    schema: str
    name: str
    partitioned: bool
    estimate: int
    columns: tuple[str, ...]
    types: tuple[str, ...]
    key: tuple[str, ...]
    """Its primary key; empty where it has none."""
    within_parent: bool
    """A partition whose parent is compared as well."""

    @property
    def source(self) -> sql.Composable:
        """For ``FROM``: without tables that merely inherit from it."""
        name = sql.Identifier(self.schema, self.name)
        return name if self.partitioned else sql.SQL("ONLY {}").format(name)

    @property
    def row_text(self) -> sql.Composable:
        """The whole row as text, which tells NULL from the empty string, and 1.0 from 1.00."""
        return sql.SQL('ROW({})::text COLLATE "C"').format(sql.SQL(", ").join(map(sql.Identifier, self.columns)))

    @property
    def key_text(self) -> sql.Composable:
        """The key as an array of text that sorts in the same way on every server."""
        if not self.key:
            return sql.SQL("ARRAY[encode(sha256(convert_to({}, 'UTF8')), 'hex') COLLATE \"C\"]").format(self.row_text)
        columns = (sql.SQL('{}::text COLLATE "C"').format(sql.Identifier(name)) for name in self.key)
        return sql.SQL("ARRAY[{}]").format(sql.SQL(", ").join(columns))

    @property
    def chunk(self) -> sql.Composable:
        """The number of the chunk that a row is in; follows from its key, or from the whole row where it has none."""
        mask = max(FEWEST_CHUNKS, min(MOST_CHUNKS, 1 << (self.estimate // CHUNK_ROWS).bit_length())) - 1
        if self.key:
            columns: sql.Composable = sql.SQL(" || '/' || ").join(
                sql.SQL("{}::text").format(sql.Identifier(each)) for each in self.key
            )
        else:
            columns = self.row_text
        return sql.SQL('hashtextextended(({}) COLLATE "C", 0) & {}').format(columns, sql.Literal(mask))

    def key_names(self, values: list[str]) -> dict[str, str]:
        """A key by its columns."""
        return dict(zip(self.key or ("sha256",), values, strict=True))


def tables_on(connection: psycopg.Connection[Any], schema: str, tables: list[str]) -> dict[str, Table]:
    """The tables of these names that are there."""
    rows = connection.execute(_TABLES, {"schema": schema, "tables": tables}).fetchall()
    return {
        name: Table(
            schema=schema,
            name=name,
            partitioned=kind == "p",
            estimate=estimate,
            columns=tuple(columns or ()),
            types=tuple(types or ()),
            key=tuple(key or ()),
            within_parent=within_parent,
        )
        for name, kind, estimate, columns, types, key, within_parent in rows
    }


def unlike(source: Table | None, target: Table | None) -> str:
    """Why the rows of the two cannot be compared; empty when they can."""
    if source is None:
        return "It is not at the source."
    if target is None:
        return "It is not at the target."
    ours = dict(zip(source.columns, source.types, strict=True))
    theirs = dict(zip(target.columns, target.types, strict=True))
    for name in sorted(ours.keys() | theirs.keys()):
        if ours.get(name) != theirs.get(name):
            return (
                f"Column {name!r} is {ours.get(name, 'absent')} at the source and {theirs.get(name, 'absent')} at the "
                "target."
            )
    if source.key != target.key:
        own, other = (", ".join(each.key) or "absent" for each in (source, target))
        return f"Its primary key is {own} at the source and {other} at the target."
    return ""


def slices_of(connection: psycopg.Connection[Any], table: Table) -> list[sql.Composable]:
    """Conditions that together hold for every row once."""
    whole: list[sql.Composable] = [sql.SQL("true")]
    wanted = table.estimate // SLICE_ROWS
    if wanted < 2 or not table.key:
        return whole
    row = connection.execute(_BOUNDS, [table.schema, table.name, table.key[0], ORDERED]).fetchone()
    if row is None or not row[0]:
        return whole
    bounds, type_ = row
    inner = bounds[1:-1]
    step = max(1, round(len(inner) / wanted))
    limits = [sql.SQL("CAST({} AS {})").format(sql.Literal(each), sql.SQL(type_)) for each in inner[step - 1 :: step]]
    column = sql.Identifier(table.key[0])
    conditions = []
    for low, high in zip([None, *limits], [*limits, None], strict=True):
        parts = []
        if low is not None:
            parts.append(sql.SQL("{} >= {}").format(column, low))
        if high is not None:
            parts.append(sql.SQL("{} < {}").format(column, high))
        conditions.append(sql.SQL(" AND ").join(parts))
    return [*conditions] or whole
