"""Windows over a number of calls and over a span of time: exact counts, from any threads."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from seamline.contract.policy import BreakerPolicy
from seamline.resilience.breaker import BreakerState
from seamline.resilience.tests.case import Case
from seamline.resilience.tests.clock import Clock
from seamline.resilience.window import SLICES, CallWindow, TimeWindow


def test_old_calls_leave_a_window_of_time() -> None:
    case = Case(BreakerPolicy(window_seconds=10, minimum_calls=4))
    case.calls("xxx")
    case.clock.now += 12
    case.calls("x..")
    assert case.breaker.state is BreakerState.CLOSED
    assert case.breaker.snapshot().calls == 3
    case.calls("x")
    assert case.breaker.state is BreakerState.OPEN


def test_window_of_calls_counts_what_a_list_of_the_latest_calls_holds() -> None:
    window, latest, draw = CallWindow(calls=7), list[tuple[bool, bool]](), random.Random(4)
    for _ in range(500):
        failed, slow = draw.random() < 0.3, draw.random() < 0.3
        if failed or slow:
            window.bad(failed=failed, slow=slow)
        else:
            next(window.calls)
        latest = [*latest, (failed, slow)][-7:]
        for _ in range(draw.choice((0, 0, 1, 2))):
            assert window.counts() == (len(latest), sum(f for f, _ in latest), sum(s for _, s in latest))


def test_window_of_time_counts_the_calls_of_its_slices() -> None:
    clock = Clock()
    window, calls, draw = TimeWindow(seconds=10, clock=clock), list[tuple[int, bool, bool]](), random.Random(5)
    for _ in range(2_000):
        clock.now += draw.choice((0.0, 0.0, 0.3, 0.9, 4.0, 30.0) if draw.random() < 0.2 else (0.0,))
        failed, slow = draw.random() < 0.3, draw.random() < 0.3
        if failed or slow:
            window.bad(failed=failed, slow=slow)
        else:
            next(window.calls)
        now = int(clock.now)
        calls = [*(each for each in calls if each[0] > now - SLICES), (now, failed, slow)]
        assert window.counts() == (len(calls), sum(each[1] for each in calls), sum(each[2] for each in calls))


def test_nothing_is_left_in_a_window_of_time_when_nobody_called_for_long() -> None:
    clock = Clock()
    window = TimeWindow(seconds=10, clock=clock)
    window.bad(failed=True, slow=True)
    clock.now += 11
    assert window.counts() == (0, 0, 0)


@pytest.mark.parametrize("seconds", [0.0, 1000.0])
def test_threads_that_call_at_once_lose_no_count(seconds: float) -> None:
    case = Case(BreakerPolicy(window_calls=100_000, window_seconds=seconds, minimum_calls=100_000, slow_seconds=1))

    def work(_: int) -> None:
        for number in range(2_000):
            permit = case.breaker.acquire()
            if number % 4:
                case.breaker.success(permit, 0.1)
            else:
                case.breaker.failure(permit, 0.1)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    seen = case.breaker.snapshot()
    assert (seen.state, seen.calls, seen.failures) == (BreakerState.CLOSED, 16_000, 4_000)
