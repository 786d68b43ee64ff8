"""Half-open: exactly the permitted number probes, rates decide, and late or lost results change nothing."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from seamline.resilience.breaker import BreakerOpen, BreakerState
from seamline.resilience.probing import Permit
from seamline.resilience.tests.case import POLICY, Case
from seamline.resilience.tests.planted import Believing, Stampeding

CROWD = 200
ROUNDS = 40


@pytest.fixture(scope="module")
def crowd() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(CROWD) as pool:
        yield pool


@pytest.mark.parametrize(
    ("probes", "state"), [("...", "closed"), ("..x", "closed"), (".xx", "open"), ("xx", "open"), ("ss", "open")]
)
def test_rates_over_the_probes_decide_and_not_one_unlucky_probe(probes: str, state: str) -> None:
    case = Case().opened()
    case.clock.now += 6
    case.calls(probes)
    assert case.breaker.state == state


def let_through(crowd: ThreadPoolExecutor, acquire: Callable[[], object]) -> int:
    """How many of 200 threads were let through that asked at once."""
    barrier = threading.Barrier(CROWD)

    def one(_: int) -> int:
        barrier.wait(timeout=30)
        try:
            acquire()
        except BreakerOpen:
            return 0
        return 1

    return sum(crowd.map(one, range(CROWD)))


def test_of_200_threads_exactly_the_permitted_number_probes_in_every_round(crowd: ThreadPoolExecutor) -> None:
    case = Case().opened()
    admitted = []
    for _ in range(ROUNDS):
        case.clock.now += 20
        probes: list[Permit] = []
        admitted.append(let_through(crowd, lambda kept=probes: kept.append(case.breaker.acquire())))
        for probe in probes:
            case.breaker.failure(probe, 0.1)
        assert case.breaker.state is BreakerState.OPEN
    assert admitted == [POLICY.probes] * ROUNDS


def test_of_200_threads_one_takes_the_place_of_each_probe_that_was_cancelled(crowd: ThreadPoolExecutor) -> None:
    case = Case()
    for probe in case.half_opened()[:2]:
        case.breaker.ignore(probe)
    assert let_through(crowd, case.breaker.acquire) == 2


def test_breaker_that_looks_before_it_counts_would_be_noticed(crowd: ThreadPoolExecutor) -> None:
    case = Case(kind=Stampeding).opened()
    case.clock.now += 6
    assert let_through(crowd, case.breaker.acquire) > POLICY.probes


def test_of_200_coroutines_exactly_the_permitted_number_probes_in_every_round() -> None:
    case = Case()
    entered: list[int] = []

    async def one(gate: asyncio.Event, release: asyncio.Event) -> None:
        await gate.wait()
        try:
            permit = case.breaker.acquire()
        except BreakerOpen:
            return
        entered[-1] += 1
        await release.wait()
        case.breaker.success(permit, 0.01)

    async def all_at_once() -> None:
        gate, release = asyncio.Event(), asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for _ in range(CROWD):
                group.create_task(one(gate, release))
            await asyncio.sleep(0)
            gate.set()
            for _ in range(3):
                await asyncio.sleep(0)
            release.set()

    for _ in range(ROUNDS):
        entered.append(0)
        case.opened()
        case.clock.now += 6
        asyncio.run(all_at_once())
        assert case.breaker.state is BreakerState.CLOSED
    assert entered == [POLICY.probes] * ROUNDS


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


def test_full_half_open_one_says_when_a_place_must_be_free() -> None:
    case = Case()
    case.half_opened()
    case.clock.now += 0.5
    with pytest.raises(BreakerOpen) as refused:
        case.breaker.acquire()
    assert refused.value.retry_after == pytest.approx(POLICY.probe_seconds - 0.5)


def test_breaker_that_believes_late_results_would_be_noticed() -> None:
    case = Case(kind=Believing)
    late = [case.breaker.acquire() for _ in range(4)]
    case.opened()
    case.clock.now += 6
    case.calls("...")
    for permit in late:
        case.breaker.failure(permit, 0.1)
    assert case.breaker.state is not BreakerState.CLOSED
