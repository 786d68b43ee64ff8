"""Token buckets: so many calls a second on average, and a burst; for all callers together, or for each by a key.

One lock, no thread, and memory that no caller can make grow beyond its bound. This file may not know who calls.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable


class RateLimit:
    """Lets through ``per_second`` calls on average, ``burst`` of them at once. Safe for threads and event loops."""

    __slots__ = ("_at", "_burst", "_clock", "_lock", "_rate", "_tokens")

    def __init__(self, *, per_second: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst = per_second, float(burst)
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens = self._burst
        self._at = clock()

    def allow(self) -> bool:
        """Whether one more call may be made now; then it is counted."""
        with self._lock:
            now = self._clock()
            tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
            self._at = now
            if tokens < 1:
                self._tokens = tokens
                return False
            self._tokens = tokens - 1
            return True

    @property
    def retry_after(self) -> float:
        """Seconds until a call would be let through, if nobody else makes one."""
        with self._lock:
            tokens = min(self._burst, self._tokens + (self._clock() - self._at) * self._rate)
            return max(0.0, (1 - tokens) / self._rate)


class KeyedRateLimit:
    """A ``RateLimit`` of its own for each key. Safe for threads and event loops.

    A key that rested until its bucket is full again is forgotten. Keys that come when ``most_keys`` are remembered
    share one bucket, so that nobody gets a fresh one by having others forgotten.

    :param most_keys: remembered of one period; twice as many are held at most.
    """

    __slots__ = ("_clock", "_earlier", "_interval", "_lock", "_most_keys", "_period", "_recent", "_turned_at")

    def __init__(
        self, *, per_second: float, burst: int, most_keys: int = 10_000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._interval, self._period = 1 / per_second, burst / per_second
        self._most_keys = most_keys
        self._clock = clock
        self._lock = threading.Lock()
        # When each bucket is full again. No bucket takes longer than a period, so what was not touched for one is full.
        self._recent: dict[Hashable, float] = {}
        self._earlier: dict[Hashable, float] = {}
        self._turned_at = clock()

    def allow(self, key: Hashable) -> bool:
        """Whether this key may make one more call now; then it is counted."""
        with self._lock:
            now = self._clock()
            key, full_at = self._find(key, now)
            full_at += self._interval
            if full_at - now > self._period * (1 + 1e-9):
                return False
            self._recent[key] = full_at
            return True

    def retry_after(self, key: Hashable) -> float:
        """Seconds until a call of this key would be let through, if nobody else makes one."""
        with self._lock:
            now = self._clock()
            _, full_at = self._find(key, now)
            return max(0.0, full_at + self._interval - now - self._period)

    def __len__(self) -> int:
        """Keys that are held."""
        with self._lock:
            return len(self._recent.keys() | self._earlier.keys())

    def _find(self, key: Hashable, now: float) -> tuple[Hashable, float]:
        if now - self._turned_at >= self._period:
            self._earlier, self._recent, self._turned_at = self._recent, {}, now
        if key not in self._recent and len(self._recent) >= self._most_keys:
            key = _OTHERS
        full_at = self._recent.get(key) or self._earlier.get(key, now)
        return key, max(full_at, now)


_OTHERS = object()
