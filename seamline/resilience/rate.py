"""A token bucket: so many calls a second on average, and a burst. One lock, no thread, no memory but its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


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
