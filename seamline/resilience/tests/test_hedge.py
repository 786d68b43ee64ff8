"""A slow query is asked twice, the first answer wins, and a callee that hangs uses up no threads."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar

import pytest

from seamline.resilience import hedge
from seamline.resilience.hedge import Latencies, hedged
from seamline.resilience.retry import RetryBudget
from seamline.testing import wait_until

NAME: ContextVar[str] = ContextVar("name", default="nobody")


class Callee:
    """Takes as long as it is told for each call, then answers its number; a negative time fails."""

    def __init__(self, *seconds: float) -> None:
        self.seconds = list(seconds)
        self.begun = 0
        self._lock = threading.Lock()

    def __call__(self) -> int:
        with self._lock:
            number, self.begun = self.begun, self.begun + 1
        seconds = self.seconds[number]
        time.sleep(abs(seconds))
        if seconds < 0:
            raise ConnectionError(number)
        return number


def ask(callee: Callable[[], int], *, attempts: int = 2, allowed: bool = True) -> int:
    return hedged(callee, after=0.05, attempts=attempts, deadline=time.monotonic() + 2, allowed=lambda: allowed)


def test_quick_answer_is_not_hedged() -> None:
    callee = Callee(0.0, 0.0)
    assert ask(callee) == 0
    assert callee.begun == 1


def test_slow_call_is_overtaken_by_the_second() -> None:
    callee = Callee(1.8, 0.0)
    started = time.monotonic()
    assert ask(callee) == 1
    assert time.monotonic() - started < 1.5


def test_slow_call_that_is_first_all_the_same_wins() -> None:
    assert ask(Callee(0.15, 0.5)) == 0


def test_failure_counts_only_when_nobody_else_is_asked() -> None:
    assert ask(Callee(-0.1, 0.15)) == 1
    with pytest.raises(ConnectionError):
        ask(Callee(-0.1, -0.15))
    quick = Callee(-0.0001, 0.0)
    with pytest.raises(ConnectionError):
        ask(quick)
    assert quick.begun == 1


def test_nothing_is_asked_twice_without_leave() -> None:
    callee = Callee(0.15, 0.0)
    assert ask(callee, allowed=False) == 0
    assert callee.begun == 1


def test_delay_beyond_the_deadline_begins_nothing_and_costs_no_budget() -> None:
    begun = asked = 0
    gate = threading.Event()

    def call() -> bool:
        nonlocal begun
        begun += 1
        return gate.wait(5)

    def allowed() -> bool:
        nonlocal asked
        asked += 1
        return True

    started = time.monotonic()
    try:
        with pytest.raises(TimeoutError, match="none of 1"):
            hedged(call, after=3.0, attempts=3, deadline=started + 0.1, allowed=allowed)
    finally:
        gate.set()
    assert time.monotonic() - started < 1
    assert (begun, asked) == (1, 0)


def test_hedges_are_paid_from_the_retry_budget() -> None:
    budget = RetryBudget(ratio=0.0, floor_per_second=0.0)
    callee = Callee(0.15, 0.0)
    assert hedged(callee, after=0.02, attempts=2, deadline=time.monotonic() + 2, allowed=budget.withdraw) == 0
    assert callee.begun == 1


def test_storm_of_queries_to_a_callee_that_hangs_holds_a_bounded_number_of_threads() -> None:
    hedge._threads.forget()
    gate = threading.Event()
    before = set(threading.enumerate())  # losers of other tests end in their own time
    with ThreadPoolExecutor(60) as callers:
        running = [
            callers.submit(
                hedged, lambda: gate.wait(5), after=0.01, attempts=3, deadline=time.monotonic() + 0.1,
                allowed=lambda: True,
            )
            for _ in range(60)
        ]  # fmt: skip
        try:
            wait_until(lambda: hedge._threads._free == 0)
            ours = set(threading.enumerate()) - before
            names = [thread.name for thread in ours if thread.name.startswith("seamline hedge")]
            assert len(names) <= hedge.THREADS
        finally:
            gate.set()
        for each in running:
            assert each.exception(timeout=5) is None or isinstance(each.exception(), TimeoutError)
    wait_until(lambda: hedge._threads._free == hedge.THREADS)


def test_system_without_threads_costs_no_place_in_the_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    hedge._threads.forget()
    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert ask(lambda: 7) == 7
    assert hedge._threads._free == hedge.THREADS
    monkeypatch.undo()
    hedge._threads.forget()


def test_child_process_begins_with_a_pool_of_its_own() -> None:
    assert ask(lambda: 1) == 1
    child = os.fork()
    if child == 0:  # the parent's threads do not exist here
        try:
            os._exit(ask(lambda: 42))
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 42


def test_context_goes_along() -> None:
    token = NAME.set("ada")
    try:
        assert hedged(NAME.get, after=1, attempts=2, deadline=time.monotonic() + 1, allowed=lambda: True) == "ada"
    finally:
        NAME.reset(token)


def test_without_a_free_thread_the_caller_asks_itself() -> None:
    hedge._threads.forget()
    gate = threading.Event()
    hanging = [hedge._threads.run(gate.wait) for _ in range(hedge.THREADS)]
    try:
        assert hedge._threads.run(gate.wait) is None
        here = threading.current_thread()
        assert hedged(
            threading.current_thread, after=0.01, attempts=2, deadline=time.monotonic() + 1, allowed=lambda: True
        ) is here  # fmt: skip
    finally:
        gate.set()
    for each in hanging:
        assert each is not None
        each.result(timeout=5)


def test_lateness_is_learnt_from_the_slowest_twentieth() -> None:
    latencies = Latencies()
    for number in range(19):
        latencies.add(number)
    assert latencies.late() is None
    for number in range(19, 100):
        latencies.add(number)
    assert latencies.late() == 95
