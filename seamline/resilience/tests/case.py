"""A breaker, its clock, and what it told: what its tests begin with."""

from __future__ import annotations

from seamline.contract.policy import BreakerPolicy
from seamline.resilience.breaker import Breaker, BreakerOpen, BreakerState, Transition
from seamline.resilience.probing import Permit
from seamline.resilience.tests.clock import Clock

POLICY = BreakerPolicy(
    window_calls=10, minimum_calls=4, failure_rate=0.5, slow_seconds=1.0, slow_rate=0.5, open_seconds=5,
    longest_open_seconds=15, probes=3, probe_seconds=2,
)  # fmt: skip


class Case:
    """A breaker, its clock, and what it told."""

    def __init__(self, policy: BreakerPolicy = POLICY, kind: type[Breaker] = Breaker) -> None:
        self.clock = Clock()
        self.told: list[Transition] = []
        self.breaker = kind(name="orders", policy=policy, clock=self.clock, on_transition=self.told.append)

    def calls(self, outcomes: str) -> None:
        """``.`` answers, ``x`` fails, ``s`` is slow, ``i`` is ignored."""
        for outcome in outcomes:
            permit = self.breaker.acquire()
            if outcome == ".":
                self.breaker.success(permit, 0.1)
            elif outcome == "s":
                self.breaker.success(permit, 1.5)
            elif outcome == "x":
                self.breaker.failure(permit, 0.1)
            else:
                self.breaker.ignore(permit)

    def opened(self) -> Case:
        self.calls("xxxx")
        assert self.breaker.state is BreakerState.OPEN
        return self

    def half_opened(self) -> list[Permit]:
        """Opened, and all probes under way."""
        self.opened()
        self.clock.now += 6
        return [self.breaker.acquire() for _ in range(POLICY.probes)]

    def refuses(self) -> bool:
        try:
            self.breaker.ignore(self.breaker.acquire())
        except BreakerOpen:
            return True
        return False
