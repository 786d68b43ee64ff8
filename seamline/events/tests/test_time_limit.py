"""Time limits: what hangs is cut off in its line, what ends in time never is, in every kind of thread."""

from __future__ import annotations

import os
import random
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import FrameType

import pytest

from seamline.events import time_limit
from seamline.events.time_limit import HandlerTimeout, ThreadAbandoned, TimeLimit
from seamline.events.watchdog import TICK, Limited, Watchdog, watchdog

pytestmark = pytest.mark.usefixtures("_rested")


@pytest.fixture
def _rested() -> Iterator[None]:
    yield
    watchdog().rest()


def in_thread(function: Callable[[], None]) -> None:
    failed: list[BaseException] = []

    def run() -> None:
        try:
            function()
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(20)
    assert not thread.is_alive()
    if failed:
        raise failed[0]


def here(function: Callable[[], None]) -> None:
    function()


def loop_for_ever() -> None:
    number = 0
    while True:
        number += 1


def swallow_once() -> None:
    try:
        loop_for_ever()
    except BaseException:
        return


def swallow_twice() -> None:
    with suppress(BaseException):
        loop_for_ever()
    loop_for_ever()


@pytest.mark.parametrize("place", [here, in_thread], ids=["main thread", "other thread"])
@pytest.mark.parametrize("hang", [loop_for_ever, swallow_once, swallow_twice])
def test_python_that_does_not_end_is_cut_off_in_its_line(
    place: Callable[[Callable[[], None]], None], hang: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time_limit, "GRACE", 0.1)
    limit = TimeLimit(seconds=0.05)

    def run() -> None:
        with limit:
            limit.begin()
            hang()
            limit.end()

    began = time.monotonic()
    with pytest.raises(HandlerTimeout):
        place(run)
    assert 0.05 <= time.monotonic() - began < 2
    assert limit.stack is not None
    assert "number += 1" in "".join(traceback.format_list(limit.stack)) or "while True" in str(limit.stack.format())


def test_blocking_system_calls_of_the_main_thread_are_interrupted() -> None:
    lock = threading.Lock()
    lock.acquire()
    near, far = socket.socketpair()
    with near, far:
        for hang in (lambda: time.sleep(1000), lambda: near.recv(1), lock.acquire):
            limit = TimeLimit(seconds=0.05)
            began = time.monotonic()
            with pytest.raises(HandlerTimeout), limit:
                limit.begin()
                hang()
            assert time.monotonic() - began < 2


def test_thread_that_blocks_is_reported_with_the_line_and_ends_when_it_comes_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(time_limit, "GRACE", 0.1)
    released = threading.Event()
    places: list[str] = []

    def stuck(stack: traceback.StackSummary) -> bool:
        places.append(stack.format()[-1])
        released.set()
        return True

    block = threading.Lock()
    block.acquire()

    def run() -> None:
        with TimeLimit(seconds=0.05, stuck=stuck) as limit:
            limit.begin()
            block.acquire(timeout=10)
            limit.end()

    def release() -> None:
        released.wait(10)
        block.release()

    helper = threading.Thread(target=release)
    helper.start()
    with pytest.raises(ThreadAbandoned):
        in_thread(run)
    helper.join()
    assert len(places) == 1
    assert "block.acquire(timeout=10)" in places[0]


def test_calls_that_end_at_the_edge_of_their_limit_are_never_hit_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """The exception comes between ``begin`` and the return of ``end``, or not at all."""
    monkeypatch.setattr("seamline.events.watchdog.TICK", TICK / 1000)
    seconds, dice = 0.001, random.Random(1)
    strays: list[str] = []
    outcomes = {"in time": 0, "late": 0}
    ends = time.monotonic() + 1.5

    def once() -> None:
        limit, ended = TimeLimit(seconds=seconds), False
        try:
            with limit:
                limit.begin()
                end = limit.deadline + dice.uniform(-0.0002, 0.0001)
                while time.monotonic() < end:
                    pass
                limit.end()
                ended = True
        except HandlerTimeout:
            limit.leave()
            if ended:
                strays.append("after a call that had ended in time")
        outcomes["in time" if ended else "late"] += 1

    def run() -> None:
        try:
            while time.monotonic() < ends:
                once()
                for _ in range(200):  # the code of others, which must not be hit
                    pass
        except BaseException as error:
            strays.append(f"in the code of others: {error!r}")

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        threads = [threading.Thread(target=run) for _ in range(2)]
        for thread in threads:
            thread.start()
        run()  # the alarm's race, in the main thread
        for thread in threads:
            thread.join(20)
    finally:
        sys.setswitchinterval(interval)
    assert strays == []
    assert min(outcomes.values()) >= 100


@pytest.mark.parametrize("slow", ["before it looks again", "before it raises"])
def test_watchdog_that_is_slow_hits_nothing_outside(monkeypatch: pytest.MonkeyPatch, slow: str) -> None:
    """The two places where the call may end while it is about to raise."""
    begin_to_fire, fire = Watchdog._fire, TimeLimit.fire

    def look_late(self: Watchdog, limit: Limited) -> None:
        time.sleep(0.003)
        begin_to_fire(self, limit)

    def raise_late(self: TimeLimit, frame: FrameType | None) -> type[BaseException]:
        time.sleep(0.003)
        return fire(self, frame)

    monkeypatch.setattr("seamline.events.watchdog.TICK", 0.0005)
    if slow == "before it looks again":
        monkeypatch.setattr(Watchdog, "_fire", look_late)
    else:
        monkeypatch.setattr(TimeLimit, "fire", raise_late)

    def run() -> None:
        for _ in range(40):
            limit = TimeLimit(seconds=0.002)
            try:
                with limit:
                    limit.begin()
                    end = limit.deadline + 0.001
                    while time.monotonic() < end:
                        pass
                    limit.end()
                raise AssertionError("a call that took too long was not told so")
            except HandlerTimeout:
                limit.leave()
            end = time.monotonic() + 0.006
            while time.monotonic() < end:  # the code of others, which must not be hit
                pass

    in_thread(run)


def test_timer_that_was_set_before_goes_on_afterwards() -> None:
    rung: list[int] = []
    before = signal.signal(signal.SIGALRM, lambda number, frame: rung.append(number))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        with TimeLimit(seconds=5) as limit:
            limit.begin()
            limit.end()
        left, _ = signal.getitimer(signal.ITIMER_REAL)
        assert 0 < left <= 0.2
        with TimeLimit(seconds=5) as limit:
            limit.begin()
            time.sleep(0.3)
            limit.end()
        time.sleep(0.01)
        assert rung == [signal.SIGALRM]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_limits_within_limits_cut_off_the_inner_one_first() -> None:
    outer, inner = TimeLimit(seconds=5), TimeLimit(seconds=0.05)
    with outer:
        outer.begin()
        with pytest.raises(HandlerTimeout), inner:
            inner.begin()
            loop_for_ever()
        outer.end()
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0


def test_child_after_a_fork_has_a_watchdog_of_its_own() -> None:
    """As in a worker that forks: the parent's watchdog runs at that moment, and may hold its lock."""
    limit = TimeLimit(seconds=60)

    def fork() -> None:
        with limit, watchdog().lock:
            child = os.fork()
            if child == 0:
                status = 1
                with suppress(BaseException):
                    inner = TimeLimit(seconds=0.05)
                    cut: list[bool] = []

                    def run() -> None:
                        try:
                            with inner:
                                inner.begin()
                                loop_for_ever()
                        except HandlerTimeout:
                            cut.append(True)

                    thread = threading.Thread(target=run)
                    thread.start()
                    thread.join(10)
                    status = 0 if cut else 2
                os._exit(status)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

    in_thread(fork)


def test_watchdog_costs_no_thread_while_nothing_is_limited() -> None:
    def run() -> None:
        with TimeLimit(seconds=1) as limit:
            limit.begin()
            limit.end()

    in_thread(run)
    watchdog().rest()
    assert not [thread for thread in threading.enumerate() if thread.name == "seamline time limits"]


def test_one_call_costs_about_a_microsecond() -> None:
    limit = TimeLimit(seconds=10)
    fastest = 1.0
    with limit:
        for _ in range(5):
            began = time.perf_counter()
            for _ in range(2_000):
                limit.begin()
                limit.end()
            fastest = min(fastest, (time.perf_counter() - began) / 2_000)
    assert fastest < 5e-6  # 0.2 us where it was measured; the bound allows for a slow, busy machine
