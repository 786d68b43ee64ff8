"""The latest calls of a breaker: over a number of calls, or over a span of time. A good call costs one atomic step.

Good calls are only counted; bad ones are counted under the breaker's lock, where rates are asked for. This file may not
decide anything.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Protocol

GOOD, FAILED, SLOW, FAILED_SLOW = 0, 1, 2, 3


class Window(Protocol):
    """Outcomes of the latest calls."""

    @property
    def good(self) -> Callable[[], object]:
        """Counts a good call; any thread, no lock."""

    def bad(self, outcome: int) -> None:
        """Count a call that failed, was slow, or both; under the breaker's lock."""

    def counts(self) -> tuple[int, int, int]:
        """Calls, failed ones, slow ones; under the breaker's lock."""


class CallWindow:
    """The latest so many calls. ``deque.append`` is atomic and drops the oldest by itself."""

    __slots__ = ("_outcomes", "good")

    def __init__(self, *, calls: int) -> None:
        self._outcomes: deque[int] = deque(maxlen=calls)
        append = self._outcomes.append
        self.good = lambda: append(GOOD)

    def bad(self, outcome: int) -> None:
        self._outcomes.append(outcome)

    def counts(self) -> tuple[int, int, int]:
        outcomes = self._outcomes.copy()
        both = outcomes.count(FAILED_SLOW)
        return len(outcomes), outcomes.count(FAILED) + both, outcomes.count(SLOW) + both


SLICES = 10


class TimeWindow:
    """The calls of the latest so many seconds, in ten slices; the oldest slice is dropped whole."""

    __slots__ = ("_clock", "_length", "_slices")

    def __init__(self, *, seconds: float, clock: Callable[[], float]) -> None:
        self._length = seconds / SLICES
        self._clock = clock
        self._slices: dict[int, list[int]] = {}

    def good(self) -> None:
        self._slice()[0] += 1

    def bad(self, outcome: int) -> None:
        self._slice()[outcome] += 1

    def counts(self) -> tuple[int, int, int]:
        oldest = int(self._clock() / self._length) - SLICES
        good = failed = slow = both = 0
        for number, cells in list(self._slices.items()):
            if number <= oldest:
                self._slices.pop(number, None)
                continue
            good, failed, slow, both = good + cells[0], failed + cells[1], slow + cells[2], both + cells[3]
        return good + failed + slow + both, failed + both, slow + both

    def _slice(self) -> list[int]:
        number = int(self._clock() / self._length)
        cells = self._slices.get(number)
        if cells is None:
            for old in [known for known in list(self._slices) if known <= number - SLICES]:
                self._slices.pop(old, None)
            cells = self._slices.setdefault(number, [0, 0, 0, 0])
        return cells
