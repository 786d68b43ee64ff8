"""The moments in which a place could be lost or made twice: each brought about on purpose, and by a storm."""

from __future__ import annotations

import asyncio
import random
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from seamline.resilience.bulkhead import Bulkhead, BulkheadFull, _Ticket
from seamline.resilience.tests.test_bulkhead import soon
from seamline.testing import wait_until


class Late(Bulkhead):
    """The holder leaves at the worst moment: between the end of a wait and the look at what it brought."""

    def _settle(self, ticket: _Ticket) -> None:
        self.leave()
        super()._settle(ticket)


def test_place_that_comes_at_the_moment_the_wait_ends_is_not_lost() -> None:
    bulkhead = Late(name="orders", concurrent=1, queue=5)
    bulkhead.enter(soon())
    bulkhead.enter(soon(0.02))
    assert (bulkhead.snapshot().inside, bulkhead.snapshot().waiting, bulkhead.snapshot().refused) == (1, 0, 0)


class Interrupted(Exception):
    """Raised by a signal's handler in the midst of a wait."""


def test_interrupted_thread_gives_its_turn_to_the_next() -> None:
    def interrupt(number: int, frame: object) -> None:
        raise Interrupted

    bulkhead = Bulkhead(name="orders", concurrent=1, queue=5)
    bulkhead.enter(soon())
    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        with pytest.raises(Interrupted):
            bulkhead.enter(soon())
    finally:
        signal.signal(signal.SIGALRM, before)
    assert bulkhead.snapshot().waiting == 0
    bulkhead.leave()
    bulkhead.enter(soon(0.0))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_coroutine_whose_loop_was_closed_is_passed_over() -> None:
    bulkhead = Bulkhead(name="orders", concurrent=1, queue=5)
    bulkhead.enter(soon())
    loop = asyncio.new_event_loop()
    dead = loop.create_task(bulkhead.enter_async(soon()))
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    thread = threading.Thread(target=bulkhead.enter, args=(soon(),))
    thread.start()
    wait_until(lambda: bulkhead.snapshot().waiting == 2)
    bulkhead.leave()
    thread.join(timeout=5)
    assert (bulkhead.snapshot().inside, bulkhead.snapshot().waiting) == (1, 0)
    bulkhead.leave()
    bulkhead.enter(soon(0.0))
    dead._log_destroy_pending = False  # type: ignore[attr-defined]  # that it was abandoned is the point


class Thief(Bulkhead):
    """Between the return of a place and its use for what is owed, another caller takes it."""

    thefts = 0

    def _take(self) -> bool:
        if self.thefts and self._places:
            self.thefts -= 1
            self._places.pop()
        return super()._take()


def test_places_that_are_owed_after_shrinking_are_not_forgiven_when_another_is_quicker() -> None:
    bulkhead = Thief(name="orders", concurrent=2, queue=0)
    bulkhead.enter(soon())
    bulkhead.enter(soon())
    bulkhead.resize(1)
    bulkhead.thefts = 1
    bulkhead.leave()  # the thief is inside in its stead
    bulkhead.leave()
    bulkhead.leave()
    bulkhead.enter(soon())
    with pytest.raises(BulkheadFull):
        bulkhead.enter(soon())


def test_storm_of_changing_sizes_ends_with_just_the_places_there_should_be() -> None:
    bulkhead = Bulkhead(name="orders", concurrent=4, queue=50)
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)

    def one(seed: int) -> None:
        draw = random.Random(seed)
        for _ in range(400):
            try:
                bulkhead.enter(soon(draw.choice((0.0, 0.0005, 5.0))))
            except BulkheadFull:
                continue
            bulkhead.leave()

    def sizes() -> None:
        for number in range(1500):
            bulkhead.resize(1 + number % 6)

    try:
        with ThreadPoolExecutor(9) as pool:
            running = [pool.submit(one, seed) for seed in range(8)] + [pool.submit(sizes)]
            for each in running:
                each.result(timeout=30)
    finally:
        sys.setswitchinterval(before)
    bulkhead.resize(3)
    for _ in range(3):
        bulkhead.enter(soon(0.0))
    with pytest.raises(BulkheadFull):
        bulkhead.enter(soon(0.0))
    assert bulkhead.snapshot().waiting == 0


def test_bulkhead_without_places_is_refused() -> None:
    with pytest.raises(ValueError, match="give 1 or more"):
        Bulkhead(name="orders", concurrent=4, queue=0).resize(0)
