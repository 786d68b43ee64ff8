"""Functions and coroutine functions behind a breaker."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from seamline.contract.policy import BreakerPolicy
from seamline.resilience.breaker import Breaker, BreakerOpen, BreakerState
from seamline.resilience.tests.case import Case


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


def test_business_errors_count_as_answers() -> None:
    case = Case()

    def refuse() -> None:
        raise LookupError

    protected = case.breaker.protect(refuse, business=(LookupError,))
    for _ in range(10):
        with pytest.raises(LookupError):
            protected()
    seen = case.breaker.snapshot()
    assert (seen.state, seen.calls, seen.failures) == (BreakerState.CLOSED, 10, 0)


def test_coroutine_function_counts_when_it_ends_and_not_when_it_is_called() -> None:
    case = Case()

    async def fail(text: str) -> str:
        """Fails."""
        await asyncio.sleep(0)
        raise ConnectionError(text)

    protected = case.breaker.protect(fail)
    assert (protected.__name__, protected.__doc__) == ("fail", "Fails.")

    async def run() -> None:
        for _ in range(4):
            with pytest.raises(ConnectionError, match="away"):
                await protected("away")
        with pytest.raises(BreakerOpen):
            await protected("away")

    asyncio.run(run())


def test_coroutines_under_way_together_hold_nothing_of_each_other() -> None:
    case = Case()
    started = 0

    async def run() -> list[int]:
        everybody = asyncio.Event()

        async def wait(number: int) -> int:
            nonlocal started
            started += 1
            if started == 50:
                everybody.set()
            await everybody.wait()
            return number

        protected = case.breaker.protect(wait)
        return await asyncio.wait_for(asyncio.gather(*(protected(number) for number in range(50))), timeout=10)

    assert asyncio.run(run()) == list(range(50))
    assert case.breaker.snapshot().calls == 10


def test_timeout_inside_counts_as_failure_and_cancellation_from_outside_as_nothing() -> None:
    breaker = Breaker(name="orders", policy=BreakerPolicy(minimum_calls=20))

    @breaker.protect
    async def with_timeout() -> None:
        async with asyncio.timeout(0.001):
            await asyncio.Event().wait()

    @breaker.protect
    async def forever() -> None:
        await asyncio.Event().wait()

    async def run() -> None:
        with pytest.raises(TimeoutError):
            await with_timeout()
        task = asyncio.create_task(forever())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())
    seen = breaker.snapshot()
    assert (seen.calls, seen.failures) == (1, 1)


def test_what_is_cancelled_after_it_had_been_slow_counts_as_slow() -> None:
    case = Case()

    @case.breaker.protect
    async def hang() -> None:
        case.clock.now += 1.5
        raise asyncio.CancelledError

    async def run() -> None:
        for _ in range(4):
            with pytest.raises(asyncio.CancelledError):
                await hang()
        with pytest.raises(BreakerOpen):
            await hang()

    asyncio.run(run())
    assert case.told[0].reason == "4 of 4 calls were slow"


def test_cancelled_probe_of_a_coroutine_gives_its_place_back() -> None:
    case = Case()

    @case.breaker.protect
    async def cancelled() -> None:
        raise asyncio.CancelledError

    async def run() -> None:
        for _ in range(20):
            with pytest.raises(asyncio.CancelledError):
                await cancelled()

    case.opened()
    case.clock.now += 6
    asyncio.run(run())
    assert case.breaker.state is BreakerState.HALF_OPEN
    case.calls("...")
    assert case.breaker.state is BreakerState.CLOSED


def test_generator_cannot_be_protected() -> None:
    def numbers() -> Iterator[int]:
        yield 1

    with pytest.raises(TypeError, match="generator"):
        Case().breaker.protect(numbers)
