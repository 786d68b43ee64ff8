"""A slow query is asked twice, the first answer wins, and a callee that hangs uses up no threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextvars import ContextVar

import pytest

from seamline.resilience import hedge
from seamline.resilience.hedge import Latencies, hedged

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
    callee = Callee(0.6, 0.0)
    started = time.monotonic()
    assert ask(callee) == 1
    assert time.monotonic() - started < 0.3


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
