"""The rehearsal: the same fence for a moment, both sides seen at one logical point, then compared while traffic runs.

It proves that a cutover would work now, and tells how long its stall would be. This file may not flip.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from seamline.carve.comparing import Comparison, Progress, compare
from seamline.carve.move.fencing import Stall, fence
from seamline.carve.move.servers import Move

_SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What was found, and how long writers had to wait for it."""

    stall: Stall
    comparison: Comparison


def rehearse(move: Move, *, progress: Callable[[Progress], None] = lambda progress: None) -> Rehearsal:
    """Compare every row of both sides at one logical point.

    :raises FenceFailed: it could not be fenced this time.
    """
    with (
        fence(move, epoch=0) as raised,
        move.source.connect(module=move.module) as source,
        move.target.connect(module=move.module) as target,
    ):
        raised.raise_up()
        try:
            raised.await_arrival()
            raised.advance_sequences()  # they are not replicated: a flip sets them behind the same fence
            for connection in (source, target):
                connection.execute(_SNAPSHOT)
                connection.execute("SELECT 1")  # the snapshot is taken by the first statement
        finally:
            raised.take_down()
        comparison = compare(source=source, target=target, schema=move.module, tables=raised.tables, progress=progress)
    return Rehearsal(stall=raised.stall, comparison=comparison)
