"""How calls went, counted in a few hundred nanoseconds: by operation and outcome, with a histogram of seconds; and who
called what, so that ``carve plan`` knows which pairs of modules talk much.

No lock is taken: CPython switches threads at calls and loops alone, never within ``cells[i] += 1``. An interpreter that
does would lose a count now and then, nothing else. This file knows no exposition.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from seamline.calls.context import current

if TYPE_CHECKING:
    from seamline.contract import Operation

BUCKETS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds in seconds; one more holds the rest."""


class Outcome(IntEnum):
    """How a call ended."""

    ANSWERED = 0
    REFUSED_BY_RULE = 1
    """With a documented business error."""
    FAILED = 2
    REFUSED = 3
    """Before it was made: breaker, bulkhead or rate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """All calls of one operation with one outcome since this process began."""

    operation: str
    outcome: Outcome
    calls: int
    seconds: float
    buckets: tuple[int, ...]
    """Calls by ``BUCKETS``, not cumulated, the rest last."""


class _Cells:
    __slots__ = ("buckets", "seconds")

    def __init__(self) -> None:
        self.buckets = [0] * (len(BUCKETS) + 1)
        self.seconds = 0.0


_cells: dict[Operation, tuple[_Cells, ...]] = {}
_callers: dict[tuple[str, Operation], list[int]] = {}


def record(operation: Operation, seconds: float, outcome: Outcome) -> None:
    """Count one call."""
    cells = _cells.get(operation)
    if cells is None:
        cells = _cells.setdefault(operation, tuple(_Cells() for _ in Outcome))
    cell = cells[outcome]
    cell.buckets[bisect_left(BUCKETS, seconds)] += 1
    cell.seconds += seconds
    pair = (current.get().operation, operation)
    count = _callers.get(pair)
    if count is None:
        count = _callers.setdefault(pair, [0])
    count[0] += 1


def callers() -> Iterator[tuple[str, str, int]]:
    """The calling operation (empty for pages, the API, jobs and handlers), the called one, and how often."""
    counts: Counter[tuple[str, str]] = Counter()
    for (caller, operation), count in list(_callers.items()):
        counts[caller, operation.full_name] += count[0]
    for (caller, name), calls in counts.items():
        yield caller, name, calls


def measured() -> Iterator[Measured]:
    """What was counted so far."""
    for operation, cells in list(_cells.items()):
        for outcome, cell in zip(Outcome, cells, strict=True):
            buckets = tuple(cell.buckets)
            if any(buckets):
                yield Measured(
                    operation=operation.full_name,
                    outcome=outcome,
                    calls=sum(buckets),
                    seconds=cell.seconds,
                    buckets=buckets,
                )
