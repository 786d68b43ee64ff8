"""The circuit breaker: lets calls through while the callee is well, refuses them while it is not, probes in between.

Each permit belongs to a generation, which ends with every change of state: a result that arrives later than that counts
for nothing and changes nothing. A good call takes no lock; only a bad one can open, and asks for the rates. Nothing
here waits, so threads and event loops use it alike. This file may not know what is called.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from typing import Any

from seamline.contract.policy import BreakerPolicy
from seamline.resilience.breaker_state import FORCED, BreakerOpen, BreakerSnapshot, BreakerState, Transition
from seamline.resilience.window import FAILED, FAILED_SLOW, SLOW, CallWindow, TimeWindow, Window

__all__ = ["Breaker", "BreakerOpen", "BreakerSnapshot", "BreakerState", "Permit", "Transition"]
JITTER = 0.1
"""Share by which the time until probes is longer, at random, so that processes do not probe in step."""
_infinite = float("inf")


class Permit:
    """Leave to make calls in one generation: one for all calls while closed, one for each probe while half-open."""

    __slots__ = ("given_at", "is_probe")

    def __init__(self, *, is_probe: bool, given_at: float = 0.0) -> None:
        self.is_probe = is_probe
        self.given_at = given_at


class Breaker:
    """One circuit breaker. Safe for any threads and event loops.

    :param clock: seconds that never go back.
    :param on_transition: told each change of state, after it, outside any lock.
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
        self._clock = clock
        self._lock = threading.Lock()
        self._policy = policy
        self._state = BreakerState.CLOSED
        self._forced: BreakerState | None = None
        self._since = clock()
        self._reason = self._actor = ""
        self._generation = 0
        self._refused = 0
        self._openings = 0
        self._open_until = 0.0
        self._probes: set[Permit] = set()
        self._probed = [0, 0, 0]
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
        permit = self._permit
        return permit if permit is not None else self._acquire()

    def success(self, permit: Permit, seconds: float) -> None:
        """The call was answered, be it with a business error."""
        if seconds < self._slow_seconds and permit is self._permit:
            self._good()
        else:
            self._came_back(permit, failed=False, slow=seconds >= self._slow_seconds)

    def failure(self, permit: Permit, seconds: float) -> None:
        """The call failed, or ran out of its time."""
        self._came_back(permit, failed=True, slow=seconds >= self._slow_seconds)

    def ignore(self, permit: Permit) -> None:
        """The call says nothing about the callee: it was cancelled, or never made. A probe gives its place back."""
        if permit.is_probe:
            with self._lock:
                self._probes.discard(permit)

    def force(self, state: BreakerState | None, *, reason: str = "", actor: str = "") -> None:
        """Hold the breaker in a state until it is let go with None; then it begins anew, closed.

        :raises ValueError: the state is none that can be forced.
        """
        if state is not None and state not in FORCED:
            raise ValueError(f"{state} cannot be forced: give one of {', '.join(sorted(FORCED))}, or None.")
        with self._lock:
            before = self.state
            self._forced = state
            self._state, self._openings = BreakerState.CLOSED, 0
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
            self._open_until = min(until, self._clock() + self._policy.longest_open_seconds)
            transition = self._changed(before, reason=reason)
        self._tell(transition)

    def snapshot(self) -> BreakerSnapshot:
        """What can be seen of it now."""
        with self._lock:
            return self._seen()

    def protect(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function behind this breaker; every exception counts as a failure, cancellation as nothing.

        :raises BreakerOpen: from the protected function, when the call is refused.
        """
        acquire, success, failure, ignore, clock = self.acquire, self.success, self.failure, self.ignore, self._clock

        def protected(*args: Any, **kwargs: Any) -> Any:
            permit = self._permit or acquire()
            started = clock()
            try:
                result = function(*args, **kwargs)
            except Exception:
                failure(permit, clock() - started)
                raise
            except BaseException:
                ignore(permit)
                raise
            seconds = clock() - started
            if seconds < self._slow_seconds and permit is self._permit:
                self._good()
            else:
                success(permit, seconds)
            return result

        return protected

    def _begin(self) -> None:
        """A new generation: what was counted is forgotten, what is under way counts no more."""
        policy = self._policy
        self._generation += 1
        self._window: Window = (
            TimeWindow(seconds=policy.window_seconds, clock=self._clock)
            if policy.window_seconds
            else CallWindow(calls=policy.window_calls)
        )
        self._slow_seconds = _infinite if policy.slow_seconds is None else policy.slow_seconds
        self._probes = set()
        self._probed = [0, 0, 0]
        self._good: Callable[[], object] = _nothing if self._forced is BreakerState.DISABLED else self._window.good
        passes = self.state is BreakerState.CLOSED or (self._forced or BreakerState.FORCED_OPEN) in (
            BreakerState.FORCED_CLOSED,
            BreakerState.DISABLED,
            BreakerState.METRICS_ONLY,
        )
        self._permit: Permit | None = Permit(is_probe=False) if passes else None

    def _acquire(self) -> Permit:
        transition = None
        try:
            with self._lock:
                if self._permit is not None:
                    return self._permit
                now = self._clock()
                if self._forced is not None:
                    self._refused += 1
                    raise BreakerOpen(self.name, self._policy.open_seconds)
                if self._state is BreakerState.OPEN:
                    if now < self._open_until:
                        self._refused += 1
                        raise BreakerOpen(self.name, self._open_until - now)
                    before, self._state = self._state, BreakerState.HALF_OPEN
                    transition = self._changed(before, reason="time to probe")
                return self._probe(now)
        finally:
            if transition is not None:
                self._tell(transition)

    def _probe(self, now: float) -> Permit:
        lease = self._policy.probe_seconds
        if len(self._probes) + self._probed[0] >= self._policy.probes:
            lost = {probe for probe in self._probes if now - probe.given_at >= lease}
            self._probes -= lost
        if len(self._probes) + self._probed[0] >= self._policy.probes:
            self._refused += 1
            first = min((probe.given_at for probe in self._probes), default=now)
            raise BreakerOpen(self.name, max(0.0, min(lease, first + lease - now)))
        probe = Permit(is_probe=True, given_at=now)
        self._probes.add(probe)
        return probe

    def _came_back(self, permit: Permit, *, failed: bool, slow: bool) -> None:
        with self._lock:
            transition = (
                self._probe_came_back(permit, failed=failed, slow=slow)
                if permit.is_probe
                else self._call_came_back(permit, failed=failed, slow=slow)
            )
        self._tell(transition)

    def _call_came_back(self, permit: Permit, *, failed: bool, slow: bool) -> Transition | None:
        if permit is not self._permit or self._forced is BreakerState.DISABLED:
            return None  # of an earlier generation
        if not failed and not slow:
            self._window.good()
            return None
        self._window.bad(FAILED_SLOW if failed and slow else FAILED if failed else SLOW)
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
        if permit not in self._probes:
            return None  # of an earlier probing, or given up
        self._probes.discard(permit)
        self._probed[0] += 1
        self._probed[1] += failed
        self._probed[2] += slow
        policy = self._policy
        back, failures, slows = self._probed
        if failures >= policy.failure_rate * policy.probes:
            return self._open(f"{failures} of {back} probes failed")
        if slows >= policy.slow_rate * policy.probes:
            return self._open(f"{slows} of {back} probes were slow")
        if back < policy.probes:
            return None
        before, self._state = self._state, BreakerState.CLOSED
        self._openings = 0
        return self._changed(before, reason=f"{back - failures} of {back} probes were answered")

    def _open(self, reason: str) -> Transition:
        before, self._state = self._state, BreakerState.OPEN
        policy = self._policy
        seconds = min(policy.open_seconds * 2 ** min(self._openings, 30), policy.longest_open_seconds)
        self._openings += 1
        self._open_until = self._clock() + seconds * (1 + JITTER * random.random())  # noqa: S311 - no secret
        return self._changed(before, reason=reason)

    def _changed(self, before: BreakerState, *, reason: str, actor: str = "") -> Transition:
        seen = self._seen()  # what led to it, before it is forgotten
        self._since, self._reason, self._actor = self._clock(), reason, actor
        self._begin()
        return Transition(
            name=self.name, before=before, after=self.state, at=self._since, reason=reason, snapshot=seen, actor=actor
        )

    def _seen(self) -> BreakerSnapshot:
        if self._state is BreakerState.HALF_OPEN and self._forced is None:
            calls, failures, slow = self._probed
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
            retry_after=max(0.0, self._open_until - self._clock()) if opened else 0.0,
            refused=self._refused,
            generation=self._generation,
            reason=self._reason,
            actor=self._actor,
        )

    def _tell(self, transition: Transition | None) -> None:
        if transition is not None and transition.before is not transition.after and self.on_transition is not None:
            self.on_transition(transition)


def _nothing() -> None:
    """What a disabled breaker counts."""
