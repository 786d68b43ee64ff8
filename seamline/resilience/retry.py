"""How long to rest before another try, and whether another try may be made at all.

A budget ties retries to first tries: when everything fails, callers add a fifth to the load instead of trebling it.
This file may not know what is tried.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

LONGEST_SAVED = 10.0
"""Seconds of first tries and of the floor that can be saved up."""


class RetryBudget:
    """Retries that may be made: a share of first tries, and a few a second besides. Safe for any threads.

    :param ratio: retries for each first try.
    :param floor_per_second: retries a second however few first tries there are.
    """

    def __init__(self, *, ratio: float, floor_per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._ratio, self._floor = ratio, floor_per_second
        self._clock = clock
        self._lock = threading.Lock()
        self._most = max(floor_per_second * LONGEST_SAVED, 10.0 if ratio else 0.0)
        self._saved = min(floor_per_second, self._most)
        self._at = clock()

    def deposit(self) -> None:
        """A first try is made."""
        with self._lock:
            self._saved = min(self._saved + self._ratio, self._most)

    def withdraw(self) -> bool:
        """Whether a retry may be made; then it is paid for."""
        with self._lock:
            now = self._clock()
            self._saved = min(self._saved + (now - self._at) * self._floor, self._most)
            self._at = now
            if self._saved < 1:
                return False
            self._saved -= 1
            return True


def backoff(attempt: int, *, base: float, cap: float, random: Callable[[], float]) -> float:
    """Seconds to rest after so many tries: anything between nothing and an upper end that doubles (full jitter).

    :param attempt: tries so far, from 1.
    :param random: draws from 0 up to 1.
    """
    return random() * min(cap, base * 2.0 ** min(attempt - 1, 60))
