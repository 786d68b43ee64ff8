"""The latest calls of a breaker: over a number of calls, or over a span of time. A good call costs one atomic step.

Every call draws the next number of a counter, which no thread can lose; only bad ones are kept, under the breaker's
lock. So rates cost as much as there are bad calls, however long the window is. This file may not decide anything.
"""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Protocol


class Window(Protocol):
    """Outcomes of the latest calls."""

    @property
    def calls(self) -> Iterator[object]:
        """``next`` of it counts a good call; any thread, no lock."""

    def bad(self, *, failed: bool, slow: bool) -> None:
        """Count a call that failed, was slow, or both; under the breaker's lock."""

    def counts(self) -> tuple[int, int, int]:
        """Calls, failed ones, slow ones; under the breaker's lock."""


class Tally:
    """A counter that any thread advances by ``next(tally.numbers)``, and that can be read without advancing it."""

    __slots__ = ("_reads", "numbers")

    def __init__(self) -> None:
        self.numbers = itertools.count()
        self._reads = 0

    def advance(self) -> int:
        """Draw a number, and say how many were drawn before it; by one thread at a time."""
        return next(self.numbers) - self._reads

    def read(self) -> int:
        """How many numbers were drawn; by one thread at a time. Reading draws one as well, which is left out."""
        drawn = next(self.numbers) - self._reads
        self._reads += 1
        return drawn


class CallWindow:
    """The latest so many calls."""

    __slots__ = ("_bad", "_failed", "_length", "_slow", "_tally", "calls")

    def __init__(self, *, calls: int) -> None:
        self._length = calls
        self._tally = Tally()
        self.calls: Iterator[object] = self._tally.numbers
        self._bad: deque[tuple[int, bool, bool]] = deque()
        self._failed = self._slow = 0

    def bad(self, *, failed: bool, slow: bool) -> None:
        number = self._tally.advance()
        self._bad.append((number, failed, slow))
        self._failed += failed
        self._slow += slow
        self._forget(number + 1)

    def counts(self) -> tuple[int, int, int]:
        drawn = self._tally.read()
        self._forget(drawn)
        return min(drawn, self._length), self._failed, self._slow

    def _forget(self, drawn: int) -> None:
        bad, oldest = self._bad, drawn - self._length
        while bad and bad[0][0] < oldest:
            _, failed, slow = bad.popleft()
            self._failed -= failed
            self._slow -= slow


SLICES = 10


class Slice:
    """A tenth of a span of time, by its number since the clock's zero."""

    __slots__ = ("failed", "good", "number", "slow", "tally")

    def __init__(self, number: int) -> None:
        self.number = number
        self.tally = Tally()
        self.good = self.tally.numbers
        self.failed = self.slow = 0


class TimeWindow:
    """The calls of the latest so many seconds, in ten slices; the oldest slice is dropped whole.

    It is the iterator of its good calls. A lock is taken once in each slice, to begin it.
    """

    __slots__ = ("_clock", "_current", "_good", "_length", "_lock", "_slices", "_until", "calls")

    def __init__(self, *, seconds: float, clock: Callable[[], float]) -> None:
        self._length = seconds / SLICES
        self._clock = clock
        self._lock = threading.Lock()
        self._slices: deque[Slice] = deque(maxlen=SLICES)
        self._start(int(clock() / self._length))
        self.calls: Iterator[object] = self

    def __iter__(self) -> TimeWindow:
        return self

    def __next__(self) -> None:
        if self._clock() >= self._until:
            self._slice_of_now()
        next(self._good)

    def bad(self, *, failed: bool, slow: bool) -> None:
        current = self._slice_of_now()
        next(current.good)
        current.failed += failed
        current.slow += slow

    def counts(self) -> tuple[int, int, int]:
        newest = self._slice_of_now().number
        with self._lock:
            slices = [each for each in self._slices if each.number > newest - SLICES]
        return (
            sum(each.tally.read() for each in slices),
            sum(each.failed for each in slices),
            sum(each.slow for each in slices),
        )

    def _slice_of_now(self) -> Slice:
        with self._lock:
            number = int(self._clock() / self._length)
            if number > self._current.number:  # unless another thread was quicker
                self._start(number)
            return self._current

    def _start(self, number: int) -> None:
        self._current = Slice(number)
        self._slices.append(self._current)
        self._good = self._current.good
        self._until = (number + 1) * self._length
