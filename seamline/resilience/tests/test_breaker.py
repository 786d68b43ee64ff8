"""When a breaker opens and closes, and what can neither flip nor wedge it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from seamline.contract.policy import BreakerPolicy
from seamline.resilience.breaker import Breaker, BreakerOpen, BreakerState, Permit, Transition
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


def test_old_calls_leave_a_window_of_time() -> None:
    case = Case(BreakerPolicy(window_seconds=10, minimum_calls=4))
    case.calls("xxx")
    case.clock.now += 12
    case.calls("x..")
    assert case.breaker.state is BreakerState.CLOSED
    assert case.breaker.snapshot().calls == 3
    case.calls("x")
    assert case.breaker.state is BreakerState.OPEN


def test_open_one_refuses_until_its_time_and_says_for_how_long() -> None:
    case = Case().opened()
    with pytest.raises(BreakerOpen, match="orders") as refused:
        case.breaker.acquire()
    assert 5 <= refused.value.retry_after <= 5.5
    case.clock.now += 4.9
    assert case.refuses()
    case.clock.now += 0.7
    assert not case.refuses()


@pytest.mark.parametrize(
    ("probes", "state"), [("...", "closed"), ("..x", "closed"), (".xx", "open"), ("xx", "open"), ("ss", "open")]
)
def test_rates_over_the_probes_decide_and_not_one_unlucky_probe(probes: str, state: str) -> None:
    case = Case().opened()
    case.clock.now += 6
    case.calls(probes)
    assert case.breaker.state == state


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


def probed(count: int, acquire: Callable[[], Any]) -> int:
    """How many of so many threads were let through at once."""
    barrier = threading.Barrier(count)

    def one(_: int) -> int:
        barrier.wait()
        try:
            acquire()
        except BreakerOpen:
            return 0
        return 1

    with ThreadPoolExecutor(count) as pool:
        return sum(pool.map(one, range(count)))


def test_of_200_threads_exactly_the_permitted_number_probes() -> None:
    for _ in range(5):
        case = Case().opened()
        case.clock.now += 6
        assert probed(200, case.breaker.acquire) == POLICY.probes


def test_of_200_coroutines_exactly_the_permitted_number_probes() -> None:
    case = Case().opened()
    case.clock.now += 6
    entered = 0

    async def one(gate: asyncio.Event) -> None:
        nonlocal entered
        await gate.wait()
        try:
            permit = case.breaker.acquire()
        except BreakerOpen:
            return
        entered += 1
        await asyncio.sleep(0.01)
        case.breaker.success(permit, 0.01)

    async def all_at_once() -> None:
        gate = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for _ in range(200):
                group.create_task(one(gate))
            gate.set()

    asyncio.run(all_at_once())
    assert entered == POLICY.probes
    assert case.breaker.state is BreakerState.CLOSED


def test_place_of_a_cancelled_probe_is_given_to_another() -> None:
    case = Case()
    probes = case.half_opened()
    assert case.refuses()
    case.breaker.ignore(probes[0])
    assert not case.refuses()


def test_probe_that_never_comes_back_does_not_wedge_it() -> None:
    case = Case()
    lost = case.half_opened()
    case.clock.now += 1.9
    assert case.refuses()
    case.clock.now += 0.2
    case.calls("...")
    assert case.breaker.state is BreakerState.CLOSED
    for permit in lost:
        case.breaker.failure(permit, 0.1)
    assert case.breaker.state is BreakerState.CLOSED
    assert case.breaker.snapshot().calls == 0


def test_result_of_an_earlier_generation_neither_counts_nor_flips() -> None:
    case = Case()
    late = [case.breaker.acquire() for _ in range(20)]
    case.opened()
    for permit in late[:5]:
        case.breaker.success(permit, 0.1)
    assert case.breaker.state is BreakerState.OPEN
    case.clock.now += 6
    for permit in late[5:10]:
        case.breaker.failure(permit, 0.1)
    case.calls("..")
    for permit in late[10:15]:
        case.breaker.success(permit, 0.1)
    assert case.breaker.state is BreakerState.HALF_OPEN
    case.calls(".")
    for permit in late[15:]:
        case.breaker.failure(permit, 0.1)
    assert case.breaker.state is BreakerState.CLOSED
    assert case.breaker.snapshot().calls == 0


def test_probe_that_is_told_twice_counts_once() -> None:
    case = Case()
    first, *_ = case.half_opened()
    for _ in range(5):
        case.breaker.failure(first, 0.1)
    assert case.breaker.state is BreakerState.HALF_OPEN


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


def test_protected_function_is_counted_and_cancellation_is_not() -> None:
    case = Case(BreakerPolicy(window_calls=10, minimum_calls=4, slow_seconds=1))
    behaviour: list[BaseException | None] = [None]

    def function(value: int, *, other: int) -> int:
        case.clock.now += 0.1
        if behaviour[0] is not None:
            raise behaviour[0]
        return value + other

    protected = case.breaker.protect(function)
    assert protected(1, other=2) == 3
    behaviour[0] = KeyboardInterrupt()
    for _ in range(10):
        with pytest.raises(KeyboardInterrupt):
            protected(1, other=2)
    behaviour[0] = ConnectionError()
    for _ in range(3):
        with pytest.raises(ConnectionError):
            protected(1, other=2)
    with pytest.raises(BreakerOpen):
        protected(1, other=2)


class Careless(Breaker):
    """A planted fault: results count whatever generation they are of, and probes are not told apart."""

    def _probe_came_back(self, permit: Permit, *, failed: bool, slow: bool) -> Transition | None:
        self._probes.add(permit)
        return super()._probe_came_back(permit, failed=failed, slow=slow)


def test_breaker_that_believes_late_probes_would_be_noticed() -> None:
    case = Case(kind=Careless)
    lost = case.half_opened()
    case.clock.now += 2.1
    case.calls(".")
    for permit in lost:
        case.breaker.failure(permit, 0.1)
    assert case.breaker.state is not BreakerState.HALF_OPEN


def test_threads_that_call_at_once_lose_no_count() -> None:
    case = Case(BreakerPolicy(window_calls=100_000, minimum_calls=100_000))

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
    assert (seen.calls, seen.failures) == (16_000, 4_000)
