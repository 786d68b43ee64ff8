"""A bulkhead that learns its size: when calls take longer than they do unhurried, fewer are let in, and more when not.

The limit follows the gradient between how long calls usually take and how long they take now, as Netflix' concurrency
limits do: at the knee of a server both are alike, beyond it the present one grows. Both are means over many calls, so
that quick and slow operations side by side look like neither. What is usual is measured anew from time to time with
half the places, else a server that is always overloaded would seem to be so by nature. This file may not know what is
called.
"""

from __future__ import annotations

import math
import threading
from statistics import fmean

from seamline.resilience.bulkhead import Bulkhead, BulkheadSnapshot

LEAST = 2
SMOOTHING = 0.2
TOLERANCE = 1.5
"""How much longer than usual calls may take before the limit shrinks."""
FEWEST, MOST = 10, 30
"""Calls between two looks: twice the limit, within these bounds."""
DROP = 0.7
"""What is left of the limit when a call was dropped for overload."""
LOOKS = 100
"""Looks with all places in use after which it is measured anew what is usual."""
MEASURED = 3
"""Looks that a measuring takes."""
SOONER = 0.9
"""When it turns out to be less than this share of what it was thought to be, it is measured again four times sooner."""


class AdaptiveLimit:
    """As a ``Bulkhead``, between ``least`` and ``most`` places. Safe for threads and event loops together.

    :param start: places before anything is known.
    """

    def __init__(self, *, name: str, most: int, queue: int, least: int = LEAST, start: int = 20) -> None:
        self._most, self._least = most, min(least, most)
        self._limit = float(max(self._least, min(start, most)))
        self._bulkhead = Bulkhead(name=name, concurrent=int(self._limit), queue=queue)
        self._lock = threading.Lock()
        self._usual = 0.0
        self._measuring, self._means, self._before = MEASURED, list[float](), self._limit
        self._sum, self._count, self._peak, self._looks, self._stale = 0.0, 0, 0, 0, 0

    def enter(self, deadline: float) -> None:
        """As ``Bulkhead.enter``."""
        self._bulkhead.enter(deadline)

    async def enter_async(self, deadline: float) -> None:
        """As ``Bulkhead.enter_async``."""
        await self._bulkhead.enter_async(deadline)

    def leave(self, *, seconds: float | None = None, dropped: bool = False) -> None:
        """Give the place back, and tell how long it was needed.

        :param seconds: None where that says nothing: the call failed, or was cancelled.
        :param dropped: the callee turned the call away, or it ran out of time.
        """
        inside = self._bulkhead.inside
        self._bulkhead.leave()
        with self._lock:
            before = int(self._limit)
            if self._stale:  # it began under another limit
                self._stale -= 1
            elif dropped:
                self._drop()
            elif seconds is not None:
                self._peak = max(self._peak, inside)
                self._sum += seconds
                self._count += 1
                if self._count >= max(FEWEST, min(MOST, 2 * before)):
                    self._look(self._sum / self._count, self._peak)
                    self._sum, self._count, self._peak = 0.0, 0, 0
            # In the lock, else the older of two sizes might come last.
            if int(self._limit) != before:
                self._bulkhead.resize(int(self._limit))

    def snapshot(self) -> BulkheadSnapshot:
        """What can be seen of it now."""
        return self._bulkhead.snapshot()

    def _drop(self) -> None:
        """Shrink, once for all calls that were under way together: what the others tell is the same news."""
        self._stale = int(self._limit)
        self._limit = max(self._least, self._limit * DROP)
        self._before = min(self._before, self._limit)
        self._sum, self._count, self._peak = 0.0, 0, 0

    def _look(self, mean: float, peak: int) -> None:
        if self._measuring:
            self._measure(mean)
            return
        gradient = max(0.5, min(1.0, TOLERANCE * self._usual / mean)) if mean > 0 else 1.0
        if gradient == 1.0 and peak * 2 <= self._limit:  # what is not used is not made larger
            self._usual += (mean - self._usual) * SMOOTHING
            return
        self._looks += 1
        if self._looks >= LOOKS:
            self._measuring, self._before, self._stale = MEASURED, self._limit, int(self._limit)
            self._limit = max(self._least, self._limit / 2)
            return
        wanted = self._limit * gradient + math.sqrt(self._limit)
        self._limit = max(self._least, min(self._limit + (wanted - self._limit) * SMOOTHING, self._most))

    def _measure(self, mean: float) -> None:
        self._measuring -= 1
        self._means.append(mean)
        if not self._measuring:
            usual = fmean(self._means)
            self._looks = LOOKS * 3 // 4 if usual < self._usual * SOONER else 0
            self._usual, self._limit = usual, self._before
            self._means.clear()
