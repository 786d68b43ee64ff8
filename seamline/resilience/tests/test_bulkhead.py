"""A bulkhead never holds more than its places, serves its queue in order, and loses nobody's wake-up."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from seamline.resilience.bulkhead import Bulkhead, BulkheadFull
from seamline.testing import wait_until


def soon(seconds: float = 5.0) -> float:
    return time.monotonic() + seconds


def test_place_is_taken_and_given_back() -> None:
    bulkhead = Bulkhead(name="orders", concurrent=1, queue=0)
    bulkhead.enter(soon())
    with pytest.raises(BulkheadFull, match="orders"):
        bulkhead.enter(soon())
    bulkhead.leave()
    bulkhead.enter(soon())
    assert bulkhead.snapshot().inside == 1
    assert bulkhead.snapshot().refused == 1


def test_who_waits_past_the_deadline_is_turned_away_and_leaves_no_trace() -> None:
    bulkhead = Bulkhead(name="orders", concurrent=1, queue=5)
    bulkhead.enter(soon())
    started = time.monotonic()
    with pytest.raises(BulkheadFull, match="in time"):
        bulkhead.enter(soon(0.1))
    assert 0.09 < time.monotonic() - started < 1
    assert bulkhead.snapshot().waiting == 0
    bulkhead.leave()
    bulkhead.enter(soon())


def test_queue_is_served_in_order_and_nobody_overtakes() -> None:
    bulkhead = Bulkhead(name="orders", concurrent=1, queue=10)
    bulkhead.enter(soon())
    served: list[int] = []

    def one(number: int) -> None:
        bulkhead.enter(soon())
        served.append(number)
        bulkhead.leave()

    threads = []
    for number in range(8):
        threads.append(threading.Thread(target=one, args=(number,)))
        threads[-1].start()
        wait_until(lambda count=number + 1: bulkhead.snapshot().waiting == count)  # type: ignore[misc]
    bulkhead.leave()
    for thread in threads:
        thread.join(timeout=5)
    assert served == list(range(8))


def test_storm_of_threads_never_exceeds_the_places_and_ends_with_all_of_them_free() -> None:
    bulkhead = Bulkhead(name="orders", concurrent=3, queue=50)
    inside, most, entered, lock = 0, 0, 0, threading.Lock()

    def one(seed: int) -> None:
        nonlocal inside, most, entered
        draw = random.Random(seed)
        for _ in range(60):
            try:
                # Deadlines that end just when places come free: the race that loses wake-ups.
                bulkhead.enter(soon(draw.choice((0.0, 0.0005, 0.002, 5.0))))
            except BulkheadFull:
                continue
            with lock:
                inside += 1
                entered += 1
                most = max(most, inside)
            if draw.random() < 0.3:
                time.sleep(0.0005)
            with lock:
                inside -= 1
            bulkhead.leave()

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(one, range(16)))
    assert most <= 3
    assert entered > 16
    seen = bulkhead.snapshot()
    assert (seen.inside, seen.waiting) == (0, 0)


def test_coroutines_and_threads_share_the_places() -> None:
    bulkhead = Bulkhead(name="orders", concurrent=2, queue=100)
    inside, most, lock = 0, 0, threading.Lock()

    def count(change: int) -> None:
        nonlocal inside, most
        with lock:
            inside += change
            most = max(most, inside)

    async def coroutine() -> None:
        await bulkhead.enter_async(soon())
        count(1)
        await asyncio.sleep(0.001)
        count(-1)
        bulkhead.leave()

    def thread(_: int) -> None:
        bulkhead.enter(soon())
        count(1)
        time.sleep(0.001)
        count(-1)
        bulkhead.leave()

    async def all_coroutines() -> None:
        await asyncio.gather(*(coroutine() for _ in range(30)))

    with ThreadPoolExecutor(5) as pool:
        running = [pool.submit(thread, number) for number in range(30)]
        asyncio.run(all_coroutines())
        for each in running:
            each.result(timeout=5)
    assert most == 2
    assert bulkhead.snapshot().inside == 0


def test_cancelled_coroutine_gives_back_what_it_was_given() -> None:
    async def scenario() -> None:
        bulkhead = Bulkhead(name="orders", concurrent=1, queue=5)
        await bulkhead.enter_async(soon())
        waiting = [asyncio.create_task(bulkhead.enter_async(soon())) for _ in range(3)]
        await asyncio.sleep(0.01)
        bulkhead.leave()
        waiting[0].cancel()  # it has been given the place, and does not know yet
        waiting[1].cancel()
        results = await asyncio.gather(*waiting, return_exceptions=True)
        assert isinstance(results[1], asyncio.CancelledError)
        assert results[2] is None
        seen = bulkhead.snapshot()
        assert (seen.inside, seen.waiting) == (1, 0)

    asyncio.run(scenario())


def test_size_can_change_while_calls_are_under_way() -> None:
    bulkhead = Bulkhead(name="orders", concurrent=4, queue=0)
    for _ in range(4):
        bulkhead.enter(soon())
    bulkhead.resize(2)
    for _ in range(3):
        bulkhead.leave()
    bulkhead.enter(soon())
    with pytest.raises(BulkheadFull):
        bulkhead.enter(soon())
    bulkhead.resize(3)
    bulkhead.enter(soon())
    assert bulkhead.snapshot().inside == 3


class Overbooked(Bulkhead):
    """A planted fault: a place is given to who waits without being taken."""

    def _take(self) -> bool:
        return bool(self._places)


def test_bulkhead_that_gives_a_place_twice_would_be_noticed() -> None:
    bulkhead = Overbooked(name="orders", concurrent=1, queue=5)
    bulkhead.enter(soon())
    waiting = threading.Thread(target=bulkhead.enter, args=(soon(),))
    waiting.start()
    wait_until(lambda: bulkhead.snapshot().waiting == 1)
    bulkhead.leave()
    waiting.join(timeout=5)
    bulkhead.enter(soon())  # both are inside one place now
    assert bulkhead.snapshot().inside == 1
