"""The rows of chunks that differ, read from both sides in the order of their keys and merged: who lacks what.

Memory does not grow with the number of mismatches. Values are read for named mismatches alone, by key, and only to say
which columns differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
from psycopg import sql

from seamline.carve.comparing.digests import Chunk, Task
from seamline.carve.comparing.report import Mismatch, MismatchKind
from seamline.carve.comparing.shape import Table

READ_AT_ONCE = 2000
Row = tuple[list[str], int]
"""A key and the hash of the row."""


def mismatches_in(
    task: Task,
    chunks: Sequence[Chunk],
    *,
    source: psycopg.Connection[Any],
    target: psycopg.Connection[Any],
) -> Iterator[tuple[MismatchKind, list[str]]]:
    """Each row of these chunks that the two sides do not share, in the order of the keys."""
    query = _query(task, chunks)
    with source.cursor("seamline_comparing") as left, target.cursor("seamline_comparing") as right:
        for cursor in (left, right):
            cursor.itersize = READ_AT_ONCE
            cursor.execute(query)
        yield from _merged(iter(left), iter(right))


def _query(task: Task, chunks: Sequence[Chunk]) -> sql.Composed:
    numbers: dict[int, list[int]] = {}
    for number, chunk in chunks:
        numbers.setdefault(number, []).append(chunk)
    wanted = sql.SQL(" OR ").join(
        sql.SQL("({condition} AND {chunk} = ANY ({numbers}))").format(
            condition=task.slices[number], chunk=task.table.chunk, numbers=sql.Literal(of_slice)
        )
        for number, of_slice in numbers.items()
    )
    return sql.SQL("SELECT {key}, hashtextextended({row}, 0) FROM {table} WHERE {wanted} ORDER BY 1").format(
        key=task.table.key_text, row=task.table.row_text, table=task.table.source, wanted=wanted
    )


def _merged(left: Iterator[Row], right: Iterator[Row]) -> Iterator[tuple[MismatchKind, list[str]]]:
    ours, theirs = next(left, None), next(right, None)
    while ours is not None or theirs is not None:
        if theirs is None or (ours is not None and ours[0] < theirs[0]):
            assert ours is not None
            yield MismatchKind.MISSING, ours[0]
            ours = next(left, None)
        elif ours is None or theirs[0] < ours[0]:
            yield MismatchKind.EXTRA, theirs[0]
            theirs = next(right, None)
        else:
            if ours[1] != theirs[1]:
                yield MismatchKind.DIFFERENT, ours[0]
            ours, theirs = next(left, None), next(right, None)


def named(
    table: Table,
    kind: MismatchKind,
    key: list[str],
    *,
    source: psycopg.Connection[Any],
    target: psycopg.Connection[Any],
) -> Mismatch:
    """The mismatch with the key's columns by name, and which columns differ."""
    columns: tuple[str, ...] = ()
    if kind is MismatchKind.DIFFERENT:
        ours, theirs = (_values(connection, table, key) for connection in (source, target))
        columns = tuple(name for name, own, other in zip(table.columns, ours, theirs, strict=True) if own != other)
    return Mismatch(table=table.name, kind=kind, key=table.key_names(key), columns=columns)


def _values(connection: psycopg.Connection[Any], table: Table, key: list[str]) -> tuple[Any, ...]:
    types = dict(zip(table.columns, table.types, strict=True))
    query = sql.SQL("SELECT {columns} FROM {table} WHERE {key}").format(
        columns=sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(name)) for name in table.columns),
        table=table.source,
        key=sql.SQL(" AND ").join(
            sql.SQL("{} = CAST({} AS {})").format(
                sql.Identifier(name),
                sql.Literal(value),
                sql.SQL(types[name]),
            )
            for name, value in zip(table.key, key, strict=True)
        ),
    )
    (row,) = connection.execute(query).fetchall()
    return tuple(row)
