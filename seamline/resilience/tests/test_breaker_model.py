"""Random walks of a breaker beside a model of a few lines: the same state after each step, whatever comes when."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from seamline.contract.policy import BreakerPolicy
from seamline.resilience.breaker import Breaker, BreakerOpen
from seamline.resilience.tests.clock import Clock

POLICY = BreakerPolicy(
    window_calls=6, minimum_calls=3, failure_rate=0.5, slow_seconds=1.0, slow_rate=0.5, open_seconds=4,
    longest_open_seconds=8, probes=2, probe_seconds=3,
)  # fmt: skip


class BreakerMatchesModel(RuleBasedStateMachine):
    """The model keeps plain lists and asks the breaker nothing but how long it stays open, which is random."""

    permits: Bundle[Any] = Bundle("permits")

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.breaker = Breaker(name="model", policy=POLICY, clock=self.clock)
        self.state = "closed"
        self.generation = 0
        self.window: list[tuple[bool, bool]] = []
        self.probes: dict[int, float] = {}
        self.back: list[tuple[bool, bool]] = []
        self.open_until = 0.0
        self.serial = 0

    def become(self, state: str) -> None:
        self.state, self.window, self.probes, self.back = state, [], {}, []
        self.generation += 1
        if state == "open":
            self.open_until = self.clock.now + self.breaker.snapshot().retry_after

    @rule(seconds=st.floats(min_value=0.01, max_value=5))
    def pass_time(self, seconds: float) -> None:
        self.clock.now += seconds

    @rule(target=permits)
    def acquire(self) -> Any:
        expected = True
        if self.state == "open" and self.clock.now >= self.open_until:
            self.become("half_open")
        if self.state == "open":
            expected = False
        elif self.state == "half_open":
            if len(self.probes) + len(self.back) >= POLICY.probes:
                self.probes = {each: at for each, at in self.probes.items() if self.clock.now - at < 3}
            expected = len(self.probes) + len(self.back) < POLICY.probes
        try:
            permit = self.breaker.acquire()
        except BreakerOpen:
            assert not expected
            return None
        assert expected
        self.serial += 1
        if self.state == "half_open":
            self.probes[self.serial] = self.clock.now
        return permit, self.serial, self.generation

    @rule(given=consumes(permits), failed=st.booleans(), slow=st.booleans())
    def come_back(self, given: Any, failed: bool, slow: bool) -> None:
        if given is None:
            return
        permit, serial, generation = given
        (self.breaker.failure if failed else self.breaker.success)(permit, 1.5 if slow else 0.5)
        if generation != self.generation:
            return
        if self.state == "closed":
            self.window = [*self.window, (failed, slow)][-POLICY.window_calls :]
            calls = len(self.window)
            if (failed or slow) and calls >= POLICY.minimum_calls:
                failures, slows = sum(each[0] for each in self.window), sum(each[1] for each in self.window)
                if failures * 2 >= calls or slows * 2 >= calls:
                    self.become("open")
        elif self.state == "half_open" and serial in self.probes:
            del self.probes[serial]
            self.back.append((failed, slow))
            failures, slows = sum(each[0] for each in self.back), sum(each[1] for each in self.back)
            if failures * 2 >= POLICY.probes or slows * 2 >= POLICY.probes:
                self.become("open")
            elif len(self.back) == POLICY.probes:
                self.become("closed")

    @rule(given=consumes(permits))
    def ignore(self, given: Any) -> None:
        if given is not None:
            self.breaker.ignore(given[0])
            if given[2] == self.generation:
                self.probes.pop(given[1], None)

    @invariant()
    def states_are_the_same(self) -> None:
        assert self.breaker.state == self.state
        if self.state == "closed":
            seen = self.breaker.snapshot()
            assert (seen.calls, seen.failures) == (len(self.window), sum(each[0] for each in self.window))


TestBreakerMatchesModel = BreakerMatchesModel.TestCase
TestBreakerMatchesModel.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
