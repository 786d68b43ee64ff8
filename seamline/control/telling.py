"""What this process tells of its breakers: how they stand, whether it knows that by itself, and each change of state.

Breakers tell changes in the threads of calls, so nothing here waits or fails. This file may not know a board.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable

from seamline.control.board import MOST_TOLD
from seamline.control.values import Happened, Standing
from seamline.resilience.breaker import Breaker, BreakerState, Transition

FROM_OUTSIDE = "open in other processes"
"""How the reason of an opening begins that is not this process's own finding."""
MOST_KEPT = 2000
"""Transitions that wait while the board is away; then the oldest are forgotten."""


class Teller:
    """Remembers what has to be told.

    :param wake: called after each change of state.
    """

    def __init__(self, *, process: str, wake: Callable[[], None] = lambda: None) -> None:
        self._process, self._wake = process, wake
        self._waiting: deque[Happened] = deque(maxlen=MOST_KEPT)
        self._own: set[str] = set()
        self._generations: dict[str, int] = {}
        self._lock = threading.Lock()

    def heard(self, transition: Transition) -> None:
        """A breaker changed its state; what led to it may be heard later than what followed."""
        seen = transition.snapshot
        with self._lock:
            if seen.generation >= self._generations.get(transition.name, 0):
                self._generations[transition.name] = seen.generation
                if transition.after is BreakerState.OPEN and not transition.reason.startswith(FROM_OUTSIDE):
                    self._own.add(transition.name)
                elif transition.after is not BreakerState.HALF_OPEN:
                    self._own.discard(transition.name)
        self._waiting.append(
            Happened(
                name=transition.name,
                before=transition.before,
                after=transition.after,
                at=_wall(transition.at),
                reason=transition.reason[:500],
                actor=transition.actor[:200],
                process=self._process,
                calls=seen.calls,
                failures=seen.failures,
                slow=seen.slow,
            )
        )
        self._wake()

    def waiting(self) -> tuple[Happened, ...]:
        """The next to be told; call ``told`` with their number when they are."""
        return tuple(list(self._waiting)[:MOST_TOLD])

    def told(self, happened: tuple[Happened, ...]) -> None:
        """These are on the board."""
        for each in happened:
            if self._waiting and self._waiting[0] is each:
                self._waiting.popleft()

    def standings(self, breakers: Iterable[Breaker]) -> tuple[Standing, ...]:
        """How these breakers stand."""
        return tuple(self._standing(breaker) for breaker in breakers)

    def _standing(self, breaker: Breaker) -> Standing:
        seen = breaker.snapshot()
        # One that is not called any more learns nothing new: what it found counts for as long as it refuses, or probes.
        lately = seen.retry_after > 0 or (
            seen.state is BreakerState.HALF_OPEN and time.monotonic() - seen.since < breaker.policy.probe_seconds
        )
        return Standing(
            name=seen.name,
            state=seen.state,
            sick=lately and seen.name in self._own,
            since=round(_wall(seen.since), 1),
            calls=seen.calls,
            failures=seen.failures,
            slow=seen.slow,
            refused=seen.refused,
        )


def _wall(monotonic: float) -> float:
    return time.time() - (time.monotonic() - monotonic)
