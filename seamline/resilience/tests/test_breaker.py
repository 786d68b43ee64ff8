"""When a breaker opens and closes, what operators force upon it, and what it tells."""

from __future__ import annotations

import logging

import pytest

from seamline.contract.policy import BreakerPolicy
from seamline.resilience.breaker import Breaker, BreakerOpen, BreakerState, Transition
from seamline.resilience.tests.case import POLICY, Case


@pytest.mark.parametrize(
    ("outcomes", "opens"),
    [
        ("xxx", False), ("xxxx", True), ("..xx", True), ("...x", False), ("sss.", False), ("ssss", True),
        ("..ss", True),
        ("...s", False), ("xiixiixiix", True), ("iiiiiiiiii", False), (".........x", False), ("......xxxx", False),
        ("......xxxxx", True), ("xxx.......", False), ("xs..", False),
    ],
)  # fmt: skip
def test_rates_over_the_latest_calls_open_it(outcomes: str, opens: bool) -> None:
    case = Case()
    case.calls(outcomes[:-1])
    if not opens:
        case.calls(outcomes[-1])
        assert case.breaker.state is BreakerState.CLOSED
        return
    case.calls(outcomes[-1])
    assert case.breaker.state is BreakerState.OPEN
    assert case.refuses()


def test_open_one_refuses_until_its_time_and_says_for_how_long() -> None:
    case = Case().opened()
    with pytest.raises(BreakerOpen, match="orders") as refused:
        case.breaker.acquire()
    assert 5 <= refused.value.retry_after <= 5.5
    case.clock.now += 4.9
    assert case.refuses()
    case.clock.now += 0.7
    assert not case.refuses()


def test_each_failed_probing_doubles_the_wait_up_to_the_longest() -> None:
    case = Case().opened()
    waits = []
    for _ in range(4):
        with pytest.raises(BreakerOpen) as refused:
            case.breaker.acquire()
        waits.append(refused.value.retry_after)
        case.clock.now += refused.value.retry_after + 0.01
        case.calls("xx")
    assert [5 <= waits[0] <= 5.5, 10 <= waits[1] <= 11, 15 <= waits[2] <= 16.5, 15 <= waits[3] <= 16.5] == [True] * 4


def test_closing_forgets_what_was_and_waits_shortly_again() -> None:
    case = Case().opened()
    case.clock.now += 6
    case.calls("...")
    assert case.breaker.snapshot().calls == 0
    case.calls("xxxx")
    assert case.breaker.snapshot().retry_after <= 5.5


@pytest.mark.parametrize(
    ("state", "refuses", "counts"),
    [("forced_open", True, 0), ("forced_closed", False, 8), ("disabled", False, 0), ("metrics_only", False, 8)],
)
def test_forced_state_holds_whatever_happens(state: str, refuses: bool, counts: int) -> None:
    case = Case()
    case.breaker.force(BreakerState(state), reason="maintenance", actor="ada")
    assert case.refuses() is refuses
    if not refuses:
        case.calls("xxxxxxxx")
    assert case.breaker.state == state
    assert case.breaker.snapshot().calls == counts
    case.clock.now += 100
    assert case.breaker.state == state
    case.breaker.force(None, reason="done", actor="ada")
    assert case.breaker.state is BreakerState.CLOSED
    assert case.breaker.snapshot().calls == 0
    assert [(each.before, each.after, each.reason, each.actor) for each in case.told] == [
        ("closed", state, "maintenance", "ada"), (state, "closed", "done", "ada"),
    ]  # fmt: skip


def test_open_and_closed_cannot_be_forced_as_such() -> None:
    with pytest.raises(ValueError, match="forced_open"):
        Case().breaker.force(BreakerState.OPEN)


def test_breaker_that_others_found_open_probes_for_itself() -> None:
    case = Case()
    case.breaker.open_from_outside(case.clock.now + 3)
    assert case.refuses()
    case.clock.now += 3.1
    case.calls("...")
    assert case.breaker.state is BreakerState.CLOSED


def test_others_cannot_hold_it_open_for_longer_than_the_longest_nor_undo_a_forced_state() -> None:
    case = Case()
    case.breaker.open_from_outside(case.clock.now + 10_000)
    assert case.breaker.snapshot().retry_after <= POLICY.longest_open_seconds
    case = Case()
    case.breaker.force(BreakerState.FORCED_CLOSED)
    case.breaker.open_from_outside(case.clock.now + 3)
    assert not case.refuses()


def test_every_transition_is_told_with_what_led_to_it() -> None:
    case = Case().opened()
    case.clock.now += 6
    case.calls("...")
    assert [(each.before, each.after) for each in case.told] == [
        ("closed", "open"), ("open", "half_open"), ("half_open", "closed"),
    ]  # fmt: skip
    assert (case.told[0].snapshot.failures, case.told[0].reason) == (4, "4 of 4 calls failed")


def test_other_policy_begins_a_new_window() -> None:
    case = Case()
    case.calls("xxx")
    case.breaker.policy = BreakerPolicy(window_calls=10, minimum_calls=2)
    assert case.breaker.snapshot().calls == 0
    case.calls("xx")
    assert case.breaker.state is BreakerState.OPEN


def test_listener_that_fails_does_not_break_the_call_that_led_to_the_change(caplog: pytest.LogCaptureFixture) -> None:
    def listen(transition: Transition) -> None:
        raise RuntimeError(transition.after)

    breaker = Breaker(name="orders", policy=BreakerPolicy(minimum_calls=1), on_transition=listen)
    with caplog.at_level(logging.ERROR):
        breaker.failure(breaker.acquire(), 0.1)
    assert breaker.state is BreakerState.OPEN
    assert "A listener of the breaker of orders failed at open" in caplog.text


def test_what_is_refused_is_counted_whoever_refuses() -> None:
    case = Case().opened()
    assert [case.refuses() for _ in range(3)] == [True] * 3
    assert case.breaker.snapshot().refused == case.breaker.snapshot().refused == 3
    case.clock.now += 6
    for _ in range(POLICY.probes):
        case.breaker.acquire()
    case.refuses()
    case.breaker.force(BreakerState.FORCED_OPEN)
    case.refuses()
    assert case.breaker.snapshot().refused == 5
