"""Random walks of a breaker beside a model of a few lines: the same state after each step, whatever comes when."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule, run_state_machine_as_test

from seamline.contract.policy import BreakerPolicy
from seamline.resilience.breaker import Breaker, BreakerOpen
from seamline.resilience.tests.clock import Clock
from seamline.resilience.tests.planted import Believing, Unlucky, Wedged
from seamline.resilience.window import SLICES

POLICY = BreakerPolicy(
    window_calls=6, minimum_calls=3, failure_rate=0.5, slow_seconds=1.0, slow_rate=0.5, open_seconds=4,
    longest_open_seconds=8, probes=3, probe_seconds=3,
)  # fmt: skip


class BreakerMatchesModel(RuleBasedStateMachine):
    """The model keeps plain lists and asks the breaker nothing but how long it stays open, which is random."""

    kind: type[Breaker] = Breaker
    policy = POLICY
    permits: Bundle[Any] = Bundle("permits")

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.breaker = self.kind(name="model", policy=self.policy, clock=self.clock)
        self.state = "closed"
        self.generation = 0
        self.window: list[tuple[float, bool, bool]] = []
        self.probes: dict[int, float] = {}
        self.back: list[tuple[bool, bool]] = []
        self.open_until = 0.0
        self.serial = 0

    def become(self, state: str) -> None:
        self.state, self.window, self.probes, self.back = state, [], {}, []
        self.generation += 1
        if state == "open":
            self.open_until = self.clock.now + self.breaker.snapshot().retry_after

    def latest(self) -> list[tuple[float, bool, bool]]:
        span = self.policy.window_seconds / SLICES
        if not span:
            return self.window[-self.policy.window_calls :]
        return [each for each in self.window if int(each[0] / span) > int(self.clock.now / span) - SLICES]

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
            self.window.append((self.clock.now, failed, slow))
            latest = self.latest()
            calls = len(latest)
            if (failed or slow) and calls >= POLICY.minimum_calls:
                failures, slows = sum(each[1] for each in latest), sum(each[2] for each in latest)
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
            latest = self.latest()
            assert (seen.calls, seen.failures) == (len(latest), sum(each[1] for each in latest))


class TimeWindowMatchesModel(BreakerMatchesModel):
    policy = dataclasses.replace(POLICY, window_seconds=5.0)  # slices of half seconds: no rounding, here nor there


SETTINGS = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestBreakerMatchesModel = BreakerMatchesModel.TestCase
TestBreakerMatchesModel.settings = SETTINGS
TestTimeWindowMatchesModel = TimeWindowMatchesModel.TestCase
TestTimeWindowMatchesModel.settings = SETTINGS


@pytest.mark.parametrize("planted", [Believing, Unlucky, Wedged])
def test_breaker_with_a_planted_fault_departs_from_the_model(planted: type[Breaker]) -> None:
    class Machine(BreakerMatchesModel):
        kind = planted

    hard = settings(SETTINGS, max_examples=1_000, database=None, derandomize=False, phases=[Phase.generate])

    def departs() -> bool:
        try:
            run_state_machine_as_test(Machine, settings=hard)
        except AssertionError:
            return True
        return False

    assert any(departs() for _ in range(5))  # walks are random: one run may miss what the next one meets
