"""Cutting off what takes too long, in whatever thread it runs: an exception is raised in the very line that hangs.

In the main thread a timer's signal does it, which also interrupts blocking system calls. In other threads one watchdog
for the whole process raises it from outside; that takes effect only when the thread is back in Python, so a thread that
blocks in C is reported as stuck. Nothing but the code between ``begin`` and ``end`` is ever hit. This file may not know
what it is that takes too long.
"""

from __future__ import annotations

import signal
import threading
import time
import traceback
from collections.abc import Callable
from math import inf
from types import FrameType, TracebackType
from typing import Self

from seamline.events.watchdog import clear_in_thread, watchdog

GRACE = 1.0
"""Seconds for a thread to come back after it was told; then it is stuck. It is told again as often."""


class HandlerTimeout(BaseException):
    """Raised inside what takes too long. No ``Exception``: a handler that catches those is cut off all the same."""


class ThreadAbandoned(BaseException):
    """Raised in a thread that has come back after others took over its work; it may do nothing but end."""


def _not_abandoned(stack: traceback.StackSummary) -> bool:
    return False


class TimeLimit:
    """A limit for calls that one thread makes one after the other.

    >>> limit = TimeLimit(seconds=10)
    >>> with limit:
    ...     for event in events:
    ...         limit.begin()
    ...         handler(event)
    ...         limit.end()

    ``HandlerTimeout`` comes from the hanging line, or from ``end`` when it was swallowed there or the line came back
    just then. It may also come while the block is left: catch it outside the block and call ``leave``; after that none
    comes any more. It costs about half a microsecond for each call, and two for the block.

    :param seconds: how long one call may take.
    :param overdue: called once in the watchdog's thread when time is up; it may not block.
    :param stuck: called there when the thread has not come back after ``GRACE``, and again as often, with the place
        where it hangs; it may not block. True abandons the thread: ``leave`` raises ``ThreadAbandoned`` in it.
    """

    __slots__ = (
        "_alarm",
        "_began",
        "_overdue",
        "_stuck",
        "abandoned",
        "deadline",
        "fired",
        "firing",
        "next_at",
        "seconds",
        "stack",
        "thread",
    )

    def __init__(
        self,
        *,
        seconds: float,
        overdue: Callable[[], None] = lambda: None,
        stuck: Callable[[traceback.StackSummary], bool] = _not_abandoned,
    ) -> None:
        self.seconds = seconds
        self.deadline = inf
        self.firing = False
        """The watchdog has begun to raise; whoever ends a call waits for it then."""
        self.fired = False
        self.abandoned = False
        self.stack: traceback.StackSummary | None = None
        """Where the thread was when time was up."""
        self.thread = 0
        self.next_at = 0.0
        self._began = 0.0
        self._overdue = overdue
        self._stuck = stuck
        self._alarm: _Alarm | None = None

    def __enter__(self) -> Self:
        self.thread = threading.get_ident()
        self.firing = self.fired = False
        self.stack = None
        self.deadline, self.next_at = inf, 0.0
        if self.thread == threading.main_thread().ident and hasattr(signal, "setitimer"):
            self._alarm = _Alarm(self)
        else:
            watchdog().add(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.leave()

    def begin(self) -> None:
        """A call begins."""
        self._began = now = time.monotonic()
        self.deadline = now + self.seconds

    def end(self) -> None:
        """The call has ended.

        :raises HandlerTimeout: too late.
        """
        # In this order, and the watchdog in the opposite one: one of both sees the other.
        self.deadline = inf
        if self.firing or time.monotonic() - self._began > self.seconds:
            self._settle()
            if self.fired or time.monotonic() - self._began > self.seconds:
                raise HandlerTimeout

    def leave(self) -> None:
        """No exception comes from here on; one that was on its way is taken back. May be called again.

        :raises ThreadAbandoned: others have taken over meanwhile.
        """
        self.deadline = inf
        if self.firing:
            self._settle()
        if self._alarm is not None:
            self._alarm.restore()
            self._alarm = None
        else:
            watchdog().remove(self)
        if self.abandoned:
            raise ThreadAbandoned

    @property
    def elapsed(self) -> float:
        """Seconds since the last call began."""
        return time.monotonic() - self._began

    def fire(self, frame: FrameType | None) -> type[BaseException]:
        """Time is up; the watchdog calls it under its lock, the alarm in the thread itself."""
        self.next_at = time.monotonic() + GRACE
        if not self.fired:
            self.fired = True
            self.stack = traceback.extract_stack(frame)
            if self._alarm is None:
                self._overdue()
        elif self._alarm is None and not self.abandoned:
            self.abandoned = self._stuck(traceback.extract_stack(frame))
        return HandlerTimeout

    def _settle(self) -> None:
        with watchdog().lock:
            if self._alarm is None:
                clear_in_thread(self.thread)
            self.firing = False


class _Alarm:
    """The main thread's timer and what was set there before, which goes on afterwards."""

    __slots__ = ("_began", "_handler", "_limit", "_over", "_timer")

    def __init__(self, limit: TimeLimit) -> None:
        self._limit = limit
        self._began = time.monotonic()
        self._over = False
        self._handler = signal.signal(signal.SIGALRM, self._ring)
        self._timer = signal.setitimer(signal.ITIMER_REAL, limit.seconds, GRACE)

    def restore(self) -> None:
        self._over = True
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL if self._handler is None else self._handler)
        seconds, interval = self._timer
        if seconds:
            left = seconds - (time.monotonic() - self._began)
            signal.setitimer(signal.ITIMER_REAL, max(left, 1e-6), interval)

    def _ring(self, number: int, frame: FrameType | None) -> None:
        # One timer serves all calls of the block: a call that began later has its time still to come.
        if self._over:
            return
        left = min(self._limit.deadline - time.monotonic(), self._limit.seconds)
        if left > 0:
            signal.setitimer(signal.ITIMER_REAL, left, GRACE)
            return
        raise self._limit.fire(frame)
