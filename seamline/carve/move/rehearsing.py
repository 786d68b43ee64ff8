"""The rehearsal: the same fence for a moment, both sides seen at one logical point, then compared while traffic runs.

It proves that a cutover would work now, and tells how long its stall would be. This file may not flip.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg

from seamline.carve.comparing import Comparison, Progress, compare
from seamline.carve.move.errors import FenceFailed
from seamline.carve.move.fencing import Fence, Stall, fence
from seamline.carve.move.servers import Move

ATTEMPTS = 10
PAUSE = 0.25
_SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What was found, and how long writers had to wait for it."""

    stall: Stall
    comparison: Comparison


def rehearse(
    move: Move, *, attempts: int = ATTEMPTS, progress: Callable[[Progress], None] = lambda progress: None
) -> Rehearsal:
    """Compare every row of both sides at one logical point.

    :raises FenceFailed: it could not be fenced in all attempts.
    """
    for attempt in range(1, attempts + 1):
        with (
            fence(move, epoch=0) as raised,
            move.source.connect(module=move.module) as source,
            move.target.connect(module=move.module) as target,
        ):
            raised.stall.attempts = attempt
            try:
                _see_both(raised, source, target)
            except FenceFailed:
                if attempt == attempts:
                    raise
                time.sleep(PAUSE * attempt)
                continue
            comparison = compare(
                source=source, target=target, schema=move.module, tables=raised.tables, progress=progress
            )
            return Rehearsal(stall=raised.stall, comparison=comparison)
    raise AssertionError("the last attempt either returns or raises")


def _see_both(raised: Fence, source: psycopg.Connection[Any], target: psycopg.Connection[Any]) -> None:
    raised.raise_up()
    try:
        raised.await_arrival()
        raised.advance_sequences()  # they are not replicated: a flip sets them behind the same fence
        for connection in (source, target):
            connection.execute(_SNAPSHOT)
            connection.execute("SELECT 1")  # the snapshot is taken by the first statement
    finally:
        raised.take_down()
