"""The circuit breaker: lets calls through while the callee is well, refuses them while it is not, probes in between.

Each permit belongs to a generation, which ends with every change of state: a result that arrives later than that counts
for nothing and changes nothing. A good call takes no lock; only a bad one can open, and asks for the rates. Nothing
here waits, so threads and event loops use it alike. This file may not know what is called.
"""

from __future__ import annotations

import itertools
import logging
import random
import threading
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from seamline.contract.policy import BreakerPolicy
from seamline.resilience.breaker_state import FORCED, BreakerOpen, BreakerSnapshot, BreakerState, Transition
from seamline.resilience.probing import Permit, Probing
from seamline.resilience.protecting import protected
from seamline.resilience.window import CallWindow, Tally, TimeWindow, Window

__all__ = ["Breaker", "BreakerOpen", "BreakerSnapshot", "BreakerState", "Permit", "Transition"]
JITTER = 0.1
"""Share by which the time until probes is longer, at random, so that processes do not probe in step."""
PASSING = frozenset({BreakerState.FORCED_CLOSED, BreakerState.DISABLED, BreakerState.METRICS_ONLY})
"""Forced states that let everything through."""
logger = logging.getLogger(__name__)
_infinite = float("inf")
_P = ParamSpec("_P")
_R = TypeVar("_R")


class Breaker:
    """One circuit breaker. Safe for any threads and event loops.

    :param clock: seconds that never go back.
    :param on_transition: told each change of state, after it, outside any lock, in the thread whose call led to it;
        what it raises is logged and goes no further. Of two changes in a row the one with the lower generation in
        its snapshot came first, in whichever order threads tell them.
    """

    def __init__(
        self,
        *,
        name: str,
        policy: BreakerPolicy,
        clock: Callable[[], float] = time.monotonic,
        on_transition: Callable[[Transition], None] | None = None,
    ) -> None:
        self.name = name
        self.on_transition = on_transition
        self.clock = clock
        self._lock = threading.Lock()
        self._policy = policy
        self._state = BreakerState.CLOSED
        self._forced: BreakerState | None = None
        self._since = clock()
        self._reason = self._actor = ""
        self._generation = 0
        self._refused = Tally()
        self._openings = 0
        self._open_until = 0.0
        self._begin()

    @property
    def policy(self) -> BreakerPolicy:
        """What it goes by."""
        return self._policy

    @policy.setter
    def policy(self, policy: BreakerPolicy) -> None:
        with self._lock:
            if policy != self._policy:
                self._policy = policy
                self._begin()

    @property
    def state(self) -> BreakerState:
        """The state that decides now; what operators force goes first."""
        return self._forced or self._state

    def acquire(self) -> Permit:
        """Leave for one call, whose end must be told by ``success``, ``failure`` or ``ignore``.

        :raises BreakerOpen: the call must not be made.
        """
        permit = self.standing
        if permit is not None:
            return permit
        wait = self._open_until - self.clock()
        if wait > 0:
            next(self._refused.numbers)
            raise BreakerOpen(self.name, wait)
        return self._acquire()

    def success(self, permit: Permit, seconds: float) -> None:
        """The call was answered, be it with a business error."""
        if seconds < permit.slow_seconds:
            next(permit.calls)
        else:
            self._came_back(permit, failed=False, slow=seconds >= self.slow_seconds)

    def failure(self, permit: Permit, seconds: float) -> None:
        """The call failed, or ran out of its time."""
        self._came_back(permit, failed=True, slow=seconds >= self.slow_seconds)

    def ignore(self, permit: Permit) -> None:
        """The call says nothing about the callee: it was cancelled, or never made. A probe gives its place back."""
        if permit.is_probe:
            with self._lock:
                self._probing.give_back(permit)

    def force(self, state: BreakerState | None, *, reason: str = "", actor: str = "") -> None:
        """Hold the breaker in a state until it is let go with None; then it begins anew, closed.

        :raises ValueError: the state is none that can be forced.
        """
        if state is not None and state not in FORCED:
            raise ValueError(f"{state} cannot be forced: give one of {', '.join(sorted(FORCED))}, or None.")
        with self._lock:
            before = self.state
            self._forced = state
            self._state, self._openings, self._open_until = BreakerState.CLOSED, 0, 0.0
            transition = self._changed(before, reason=reason, actor=actor)
        self._tell(transition)

    def open_from_outside(self, until: float, *, reason: str = "open in other processes") -> None:
        """Refuse calls until then, because others found the callee sick; does nothing unless closed.

        :param until: a reading of the breaker's clock.
        """
        with self._lock:
            if self._forced is not None or self._state is not BreakerState.CLOSED:
                return
            before, self._state = self._state, BreakerState.OPEN
            self._open_until = min(until, self.clock() + self._policy.longest_open_seconds)
            transition = self._changed(before, reason=reason)
        self._tell(transition)

    def snapshot(self) -> BreakerSnapshot:
        """What can be seen of it now."""
        with self._lock:
            return self._seen()

    def protect(self, function: Callable[_P, _R], *, business: tuple[type[Exception], ...] = ()) -> Callable[_P, _R]:
        """The function or coroutine function behind this breaker: its exceptions are failures, timeouts among them.

        What is cancelled counts for nothing, or as slow when it had been slow by then.

        :param business: errors that are answers of a callee that is well; they count as successes.
        :raises BreakerOpen: from the protected function, when the call is refused.
        :raises TypeError: the function is a generator.
        """
        return protected(self, function, business=business)

    def _begin(self) -> None:
        """A new generation: what was counted is forgotten, what is under way counts no more."""
        policy = self._policy
        self._generation += 1
        self._window: Window = (
            TimeWindow(seconds=policy.window_seconds, clock=self.clock)
            if policy.window_seconds
            else CallWindow(calls=policy.window_calls)
        )
        self._probing = Probing(policy=policy, generation=self._generation)
        self.slow_seconds = _infinite if policy.slow_seconds is None else policy.slow_seconds
        self.standing: Permit | None = None
        """Leave for all calls, while everything is let through."""
        if self.state is BreakerState.CLOSED or self.state in PASSING:
            self.standing = Permit(
                generation=self._generation,
                slow_seconds=self.slow_seconds,
                calls=itertools.repeat(None) if self._forced is BreakerState.DISABLED else self._window.calls,
                is_probe=False,
            )

    def _acquire(self) -> Permit:
        transition = None
        try:
            with self._lock:
                if self.standing is not None:
                    return self.standing
                now = self.clock()
                if self._forced is not None:
                    raise self._refusal(self._policy.open_seconds)
                if self._state is BreakerState.OPEN:
                    if now < self._open_until:
                        raise self._refusal(self._open_until - now)
                    before, self._state = self._state, BreakerState.HALF_OPEN
                    transition = self._changed(before, reason="time to probe")
                probe = self._probing.take(now=now)
                if probe is None:
                    raise self._refusal(self._probing.retry_after(now=now))
                return probe
        finally:
            self._tell(transition)

    def _refusal(self, retry_after: float) -> BreakerOpen:
        next(self._refused.numbers)
        return BreakerOpen(self.name, retry_after)

    def _came_back(self, permit: Permit, *, failed: bool, slow: bool) -> None:
        with self._lock:
            transition = (
                self._probe_came_back(permit, failed=failed, slow=slow)
                if permit.is_probe
                else self._call_came_back(permit, failed=failed, slow=slow)
            )
        self._tell(transition)

    def _call_came_back(self, permit: Permit, *, failed: bool, slow: bool) -> Transition | None:
        if permit is not self.standing or self._forced is BreakerState.DISABLED:
            return None  # of an earlier generation
        if not failed and not slow:
            next(permit.calls)
            return None
        self._window.bad(failed=failed, slow=slow)
        policy = self._policy
        calls, failures, slows = self._window.counts()
        if self._forced is not None or calls < policy.minimum_calls:
            return None
        if failures >= policy.failure_rate * calls:
            return self._open(f"{failures} of {calls} calls failed")
        if slows >= policy.slow_rate * calls:
            return self._open(f"{slows} of {calls} calls were slow")
        return None

    def _probe_came_back(self, permit: Permit, *, failed: bool, slow: bool) -> Transition | None:
        verdict = self._probing.came_back(permit, failed=failed, slow=slow)
        if verdict is None:
            return None
        if not verdict.well:
            return self._open(verdict.reason)
        before, self._state = self._state, BreakerState.CLOSED
        self._openings = 0
        return self._changed(before, reason=verdict.reason)

    def _open(self, reason: str) -> Transition:
        before, self._state = self._state, BreakerState.OPEN
        policy = self._policy
        seconds = min(policy.open_seconds * 2 ** min(self._openings, 30), policy.longest_open_seconds)
        self._openings += 1
        self._open_until = self.clock() + seconds * (1 + JITTER * random.random())  # noqa: S311 - no secret
        return self._changed(before, reason=reason)

    def _changed(self, before: BreakerState, *, reason: str, actor: str = "") -> Transition:
        seen = self._seen()  # what led to it, before it is forgotten
        self._since, self._reason, self._actor = self.clock(), reason, actor
        self._begin()
        return Transition(
            name=self.name, before=before, after=self.state, at=self._since, reason=reason, snapshot=seen, actor=actor
        )

    def _seen(self) -> BreakerSnapshot:
        if self._state is BreakerState.HALF_OPEN and self._forced is None:
            calls, failures, slow = self._probing.back, self._probing.failures, self._probing.slow
        else:
            calls, failures, slow = self._window.counts()
        opened = self._state is BreakerState.OPEN and self._forced is None
        return BreakerSnapshot(
            name=self.name,
            state=self.state,
            since=self._since,
            calls=calls,
            failures=failures,
            slow=slow,
            failure_rate=failures / calls if calls else 0.0,
            slow_rate=slow / calls if calls else 0.0,
            retry_after=max(0.0, self._open_until - self.clock()) if opened else 0.0,
            refused=self._refused.read(),
            generation=self._generation,
            reason=self._reason,
            actor=self._actor,
        )

    def _tell(self, transition: Transition | None) -> None:
        if transition is None or transition.before is transition.after or self.on_transition is None:
            return
        try:
            self.on_transition(transition)
        except Exception:  # whoever listens must not break the call that happened to lead to it
            logger.exception("A listener of the breaker of %s failed at %s", self.name, transition.after)
