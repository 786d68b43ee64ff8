"""One side of a comparison: fixed settings for values as text, and each chunk's digest, computed by the server.

A digest is the sum of its rows' 64-bit hashes beside their number: no order is needed, and rows that are there twice
count twice. This file may not know the other side.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import psycopg
from psycopg import sql
from psycopg.pq import TransactionStatus

from seamline.carve.comparing.shape import Table

SETTINGS = """
SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL TimeZone = 'UTC'; SET LOCAL IntervalStyle = 'postgres';
SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'; SET LOCAL xmlbinary = 'base64';
SET LOCAL lc_monetary = 'C'; SET LOCAL search_path = ''; SET LOCAL row_security = off; SET LOCAL jit = off;
SET LOCAL statement_timeout = 0; SET LOCAL work_mem = '64MB'
"""
"""What has a say in how values look as text; and rows that a policy would hide are an error instead."""

Chunk = tuple[int, int]
"""The number of a slice, and of a chunk within it."""
Digest = tuple[int, Decimal]
"""Rows, and the sum of their hashes."""


class NoSnapshot(ValueError):
    """A connection to compare with is not within a snapshot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A table, and the slices in which to read it."""

    table: Table
    slices: Sequence[sql.Composable]


def begin(connection: psycopg.Connection[Any], side: str) -> None:
    """Fix the settings, until the transaction ends.

    :raises NoSnapshot: it is in no transaction, or in one that sees a new state with each statement.
    """
    if connection.info.transaction_status is not TransactionStatus.INTRANS:
        raise NoSnapshot(f"The {side} is in no transaction: begin one with ISOLATION LEVEL REPEATABLE READ first.")
    level = connection.execute("SELECT current_setting('transaction_isolation')").fetchone()
    if level is None or level[0] not in ("repeatable read", "serializable"):
        raise NoSnapshot(f"The {side} is in a transaction that is {level and level[0]}: begin it as REPEATABLE READ.")
    connection.execute(SETTINGS)


def digests_of(
    connection: psycopg.Connection[Any],
    tasks: Sequence[Task],
    *,
    read: Callable[[Table, int], None],
    given_up: threading.Event,
) -> list[dict[Chunk, Digest]]:
    """The digests of each table's chunks, table by table.

    :param read: told after each statement how many rows it has read.
    :param given_up: once set, the rest is left out: the other side has failed.
    """
    found: list[dict[Chunk, Digest]] = []
    for task in tasks:
        digests: dict[Chunk, Digest] = {}
        for number, condition in enumerate(task.slices):
            if given_up.is_set():
                return found
            query = sql.SQL(
                "SELECT {chunk} AS chunk, count(*), sum(hashtextextended({row}, 0)) FROM {table} WHERE {condition} "
                "GROUP BY 1"
            ).format(chunk=task.table.chunk, row=task.table.row_text, table=task.table.source, condition=condition)
            rows = connection.execute(query).fetchall()
            digests.update({(number, chunk): (count, total) for chunk, count, total in rows})
            read(task.table, sum(count for _, count, _ in rows))
        found.append(digests)
    return found
