"""Hedging: a query that is slow is asked once more, elsewhere, and the first answer wins.

It takes two threads from a bounded pool; where there is none free the query is simply not hedged, so that a callee that
hangs cannot use up threads here. This file may not know what is asked.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from typing import TypeVar

T = TypeVar("T")
THREADS = 32
"""Hedged queries that are under way in one process at a time take as many at most."""
RECENT = 200
ENOUGH = 20
"""Recent answers from which a delay is learnt; after as many more it is learnt anew."""
GRACE = 0.1
"""Seconds past the deadline for calls to say themselves that they ran out of time."""


class Latencies:
    """How long recent queries took, to know when one is late. Safe for any threads."""

    __slots__ = ("_added", "_late", "_recent")

    def __init__(self) -> None:
        self._recent: deque[float] = deque(maxlen=RECENT)
        self._added = 0
        self._late: float | None = None

    def add(self, seconds: float) -> None:
        """One more."""
        self._recent.append(seconds)
        self._added += 1
        if self._added >= ENOUGH:
            self._added = 0
            recent = sorted(self._recent.copy())
            self._late = recent[int(len(recent) * 0.95)]

    def late(self) -> float | None:
        """Seconds that 95 of 100 did not take; None before there are enough."""
        return self._late


class _Threads:
    """The pool, and how many of its threads are promised."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin anew; also what is true after a fork."""
        self._lock = threading.Lock()
        self._free = THREADS
        self._pool: ThreadPoolExecutor | None = None

    def run(self, work: Callable[[], T]) -> Future[T] | None:
        """Begin the work with the caller's context; None where no thread is free."""
        with self._lock:
            if not self._free:
                return None
            self._free -= 1
            if self._pool is None:
                self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="seamline hedge")
        try:
            future = self._pool.submit(copy_context().run, work)
        except RuntimeError:  # the system has no thread to give, or the interpreter shuts down
            self._back()
            return None
        future.add_done_callback(self._back)
        return future

    def _back(self, future: Future[T] | None = None) -> None:
        with self._lock:
            self._free += 1


_threads = _Threads()


def hedged(call: Callable[[], T], *, after: float, attempts: int, deadline: float, allowed: Callable[[], bool]) -> T:
    """The first answer of up to so many calls, each begun when the ones before are late.

    An exception counts as an answer only when no other call is under way.

    :param after: seconds without an answer after which another call is begun.
    :param deadline: a reading of ``time.monotonic()``; the calls end there by themselves.
    :param allowed: whether one more may be begun, asked each time.
    :raises TimeoutError: no call has ended a tenth of a second after the deadline.
    """
    first = _threads.run(call)
    if first is None:
        return call()
    running: set[Future[T]] = {first}
    begun = 1
    while True:
        now = time.monotonic()
        may_begin = begun < attempts and now < deadline
        until = min(now + after, deadline) if may_begin else deadline + GRACE
        done, running = wait(running, timeout=max(0.0, until - now), return_when=FIRST_COMPLETED)
        answer = next((each for each in done if each.exception() is None), None)
        if answer is None and not running:
            answer = next(iter(done))
        if answer is not None:
            return answer.result()
        if not may_begin and not done:
            raise TimeoutError(f"none of {begun} calls has ended in time")
        if may_begin and time.monotonic() < deadline:
            more = _threads.run(call) if allowed() else None
            if more is None:
                begun = attempts
            else:
                begun += 1
                running.add(more)


os.register_at_fork(after_in_child=_threads.forget)
