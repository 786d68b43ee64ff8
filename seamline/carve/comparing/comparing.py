"""Every row of a module's tables, compared between two servers while traffic goes on.

Whoever calls has opened a snapshot on each side at the same logical point. Both servers hash their chunks at the same
time; rows are read only of chunks that differ. This file may not take locks, and writes nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg

from seamline.carve.comparing.digests import Chunk, Digest, Task, begin, digests_of
from seamline.carve.comparing.report import Comparison, Mismatch, MismatchKind, Progress, TableResult
from seamline.carve.comparing.rows import mismatches_in, named
from seamline.carve.comparing.sequences import sequences_behind
from seamline.carve.comparing.shape import Table, slices_of, tables_on, unlike

NAMED = 100
"""Mismatches that are named, unless told otherwise."""


def compare(
    *,
    source: psycopg.Connection[Any],
    target: psycopg.Connection[Any],
    schema: str,
    tables: Sequence[str],
    progress: Callable[[Progress], None] = lambda progress: None,
    limit: int = NAMED,
    sequences: bool = True,
) -> Comparison:
    """Compare all rows of these tables.

    Their text has to be equal to the byte: 1.0 is not 1.00, and NULL is not the empty string. Tables without a primary
    key are compared as bags of rows. A partitioned table is compared as one, also where its partitions are listed.

    :param source: in a transaction that is REPEATABLE READ; so is ``target``, at the same logical point.
    :param tables: names within the schema.
    :param progress: called between statements, from threads of its own, one at a time.
    :param limit: mismatches that are named at most; all are counted.
    :param sequences: whether those of the target have to be as far as the source's: after a cutover, not before it.
    :raises NoSnapshot: a connection is in no such transaction.
    """
    began = time.monotonic()
    for side, connection in (("source", source), ("target", target)):
        begin(connection, side)
    # At once: sequences know no snapshot, and under traffic the source's go on.
    behind = sequences_behind(source=source, target=target, schema=schema) if sequences else ()
    names = list(tables)
    ours, theirs = (tables_on(connection, schema, names) for connection in (source, target))
    results: dict[str, TableResult] = {}
    tasks = []
    for name in names:
        table = ours.get(name)
        if table is not None and table.within_parent:
            continue
        if (reason := unlike(table, theirs.get(name))) or table is None:
            results[name] = TableResult(table=name, unlike=reason)
            continue
        tasks.append(Task(table=table, slices=slices_of(source, table)))
    digests = _both(source, target, tasks, progress=progress, began=began)
    apart = [
        sorted(chunk for chunk in left.keys() | right.keys() if left.get(chunk) != right.get(chunk))
        for left, right in zip(*digests, strict=True)
    ]
    mismatches: list[Mismatch] = []
    tables_apart = sum(map(bool, apart))
    for task, chunks, left, right in zip(tasks, apart, *digests, strict=True):
        counted = dict.fromkeys(MismatchKind, 0)
        if chunks:
            # What one table leaves of its share of names, the next ones may use.
            share = -(-(limit - len(mismatches)) // tables_apart)
            tables_apart -= 1
            mismatches += _mismatches(task, chunks, source=source, target=target, limit=share, counted=counted)
        results[task.table.name] = TableResult(
            table=task.table.name,
            source_rows=sum(count for count, _ in left.values()),
            target_rows=sum(count for count, _ in right.values()),
            missing=counted[MismatchKind.MISSING],
            extra=counted[MismatchKind.EXTRA],
            different=counted[MismatchKind.DIFFERENT],
        )
    return Comparison(
        tables=tuple(results[name] for name in names if name in results),
        mismatches=tuple(mismatches),
        sequences_behind=behind,
        seconds=time.monotonic() - began,
    )


def _both(
    source: psycopg.Connection[Any],
    target: psycopg.Connection[Any],
    tasks: Sequence[Task],
    *,
    progress: Callable[[Progress], None],
    began: float,
) -> tuple[list[dict[Chunk, Digest]], list[dict[Chunk, Digest]]]:
    """Both sides' digests, computed at the same time."""
    lock, given_up = threading.Lock(), threading.Event()
    expected = 2 * sum(task.table.estimate for task in tasks)
    done = 0

    def read(table: Table, rows: int) -> None:
        nonlocal done
        with lock:
            done += rows
            seconds = time.monotonic() - began
            progress(Progress(table=table.name, rows=done, rows_expected=max(expected, done), seconds=seconds))

    def side(connection: psycopg.Connection[Any]) -> list[dict[Chunk, Digest]]:
        try:
            return digests_of(connection, tasks, read=read, given_up=given_up)
        except BaseException:
            given_up.set()
            raise

    with ThreadPoolExecutor(2, thread_name_prefix="comparing") as threads:
        left, right = threads.submit(side, source), threads.submit(side, target)
        return left.result(), right.result()


def _mismatches(
    task: Task,
    chunks: Sequence[Chunk],
    *,
    source: psycopg.Connection[Any],
    target: psycopg.Connection[Any],
    limit: int,
    counted: dict[MismatchKind, int],
) -> list[Mismatch]:
    """The first mismatches of these chunks; ``counted`` is told all."""
    some: list[tuple[MismatchKind, list[str]]] = []
    for kind, key in mismatches_in(task, chunks, source=source, target=target):
        counted[kind] += 1
        if len(some) < limit:
            some.append((kind, key))
    return [named(task.table, kind, key, source=source, target=target) for kind, key in some]
