"""A bulkhead that learns its size: when calls take longer than they do unhurried, fewer are let in, and more when not.

The limit follows the gradient between the shortest latency that was seen of late and the present one, as Netflix'
concurrency limits do: at the knee of a server both are alike, beyond it the present one grows. This file may not know
what is called.
"""

from __future__ import annotations

import math
import threading

from seamline.resilience.bulkhead import Bulkhead, BulkheadSnapshot

LEAST = 2
SMOOTHING = 0.2
TOLERANCE = 1.5
"""How much longer than unhurried calls may take before the limit shrinks."""
SAMPLES = 10
"""Calls between two looks."""
DROP = 0.7
"""What is left of the limit when a call was dropped for overload."""
LOOKS = 200
"""Looks after which the limit is halved for once, to see anew how long unhurried calls take."""


class AdaptiveLimit:
    """As a ``Bulkhead``, between two and ``most`` places. Safe for threads and event loops together."""

    def __init__(self, *, name: str, most: int, queue: int, start: int = 20) -> None:
        self._most = most
        self._limit = float(min(start, most))
        self._bulkhead = Bulkhead(name=name, concurrent=int(self._limit), queue=queue)
        self._lock = threading.Lock()
        self._shortest = math.inf
        self._sum, self._count, self._dropped = 0.0, 0, False
        self._peak = self._looks = 0

    def enter(self, deadline: float) -> None:
        """As ``Bulkhead.enter``."""
        self._bulkhead.enter(deadline)

    async def enter_async(self, deadline: float) -> None:
        """As ``Bulkhead.enter_async``."""
        await self._bulkhead.enter_async(deadline)

    def leave(self, *, seconds: float | None = None, dropped: bool = False) -> None:
        """Give the place back, and tell how long it was needed.

        :param seconds: None where that says nothing.
        :param dropped: the callee turned the call away, or it ran out of time.
        """
        inside = self._bulkhead.snapshot().inside
        self._bulkhead.leave()
        if seconds is None and not dropped:
            return
        with self._lock:
            self._peak = max(self._peak, inside)
            self._dropped = self._dropped or dropped
            if seconds is not None:
                self._sum += seconds
                self._count += 1
                self._shortest = min(self._shortest, seconds)
            if self._count < SAMPLES and not self._dropped:
                return
            limit = self._next()
            self._sum, self._count, self._dropped, self._peak = 0.0, 0, False, 0
        self._bulkhead.resize(limit)

    def snapshot(self) -> BulkheadSnapshot:
        """What can be seen of it now."""
        return self._bulkhead.snapshot()

    def _next(self) -> int:
        if self._dropped:
            self._limit = max(LEAST, self._limit * DROP)
            return int(self._limit)
        self._looks += 1
        if self._looks % LOOKS == 0:
            self._shortest = math.inf
            self._limit = max(LEAST, self._limit / 2)
            return int(self._limit)
        gradient = max(0.5, min(1.0, TOLERANCE * self._shortest / (self._sum / self._count)))
        wanted = self._limit * gradient + math.sqrt(self._limit)
        if gradient < 1 or self._peak * 2 >= self._limit:  # what is not used is not made larger
            self._limit += (wanted - self._limit) * SMOOTHING
        self._limit = max(LEAST, min(self._limit, self._most))
        return int(self._limit)
