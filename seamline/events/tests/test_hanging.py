"""Handlers that hang, in every way they can: each is cut off, counts as failed, and holds nobody else up."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.conf import settings
from django.db import connections

from seamline.data import atomic, connection_for
from seamline.data.databases import databases
from seamline.events import Delivery, drain, lanes, parked, redrive, start_dispatcher, stop_dispatcher, time_limit
from seamline.events.couriers import all_couriers
from seamline.events.tests import sample
from seamline.events.tests.sample import LEDGER, SHOP, effects, sell, subscription
from seamline.events.watchdog import watchdog
from seamline.testing import wait_until

pytestmark = pytest.mark.usefixtures("shop")

LIMIT = 0.2


class Hangs:
    """Ways to hang, each of which the test can end afterwards: a thread that blocks in C outlives its test else."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.lock.acquire()
        self.near, self.far = socket.socketpair()
        self.over = threading.Event()
        self.calls = 0

    def python(self) -> None:
        while True:
            pass

    def swallowing(self) -> None:
        while not self.over.is_set():
            with suppress(Exception):
                time.sleep(0.01)

    def swallowing_everything(self) -> None:
        with suppress(BaseException):
            while True:
                pass

    def sleep(self) -> None:
        time.sleep(2)

    def receive(self) -> None:
        self.near.recv(1)

    def acquire(self) -> None:
        with self.lock:
            return

    def statement(self) -> None:
        with connection_for(LEDGER).cursor() as cursor:
            cursor.execute("SELECT pg_sleep(1000)")

    def savepoint(self) -> None:
        with atomic(LEDGER), atomic(LEDGER):
            sample.insert("never", 0)
            self.python()

    def end(self) -> None:
        self.over.set()
        self.lock.release()
        self.far.close()


@pytest.fixture
def hangs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hangs]:
    monkeypatch.setattr(time_limit, "GRACE", 0.2)
    kinds = Hangs()
    yield kinds
    kinds.end()
    wait_until(lambda: not _threads(), seconds=10, what="threads that were left behind to end")
    assert stop_dispatcher(timeout=10)
    watchdog().rest()
    wait_until(lambda: not [each.name for each in threading.enumerate() if each.name.startswith("seamline")], seconds=5)
    kinds.near.close()


def _threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if "left behind" in thread.name]


def hang_on(hangs: Hangs, name: str, *numbers: int) -> None:
    def handle(delivery: Delivery[Any]) -> None:
        if delivery.event.number in numbers:
            hangs.calls += 1
            getattr(hangs, name)()

    sample.behaviour["handle"] = handle


KINDS = {
    "python": ("while True", "pass"),
    "swallowing": ("time.sleep(0.01)", "while not self.over"),
    "swallowing_everything": ("while True", "pass"),
    "sleep": ("time.sleep(2)",),
    "receive": ("self.near.recv(1)",),
    "acquire": ("with self.lock",),
    "statement": ('cursor.execute("SELECT pg_sleep(1000)")',),
    "savepoint": ("while True", "pass"),
}
"""The lines in one of which each of them hangs."""


@pytest.mark.parametrize("kind", KINDS)
def test_drain_cuts_off_a_handler_that_hangs(hangs: Hangs, kind: str) -> None:
    sample.host(subscription(timeout=LIMIT, max_attempts=2))
    hang_on(hangs, kind, 2)
    sell(1, 2, 3)
    sell(4, 5, item="plum")
    began = time.monotonic()
    drain(allow_parked=True)
    assert time.monotonic() - began < 5
    assert effects() == [1, 4, 5]
    (event,) = parked()
    assert (event.attempts, event.behind, hangs.calls) == (2, 1, 2)
    assert f"the subscription allows {LIMIT:g} s" in event.error
    assert any(line in event.traceback for line in KINDS[kind])
    sample.behaviour.clear()
    redrive()
    drain()
    assert effects("pear") == [1, 2, 3]


@pytest.mark.parametrize("kind", KINDS)
def test_lane_cuts_off_a_handler_that_hangs_and_delivers_what_others_wait_for(hangs: Hangs, kind: str) -> None:
    sample.host(subscription(timeout=LIMIT, max_attempts=2))
    hang_on(hangs, kind, 2)
    start_dispatcher()
    sell(1, 2, 3)
    sell(4, item="plum")
    began = time.monotonic()
    wait_until(lambda: effects("plum") == [4], seconds=5, what="the other key's event")
    assert time.monotonic() - began < LIMIT + time_limit.GRACE + 2
    wait_until(lambda: [event for event in parked() if event.status == "parked"], seconds=10)
    sell(5, item="plum")
    wait_until(lambda: effects() == [1, 4, 5], seconds=5)
    (event,) = parked()
    assert (event.attempts, event.behind, hangs.calls) == (2, 1, 2)
    assert any(line in event.traceback for line in KINDS[kind])
    assert "pg_sleep" in event.traceback or "HandlerTimeout" in event.error
    sample.behaviour.clear()
    redrive()
    wait_until(lambda: effects("pear") == [1, 2, 3])


@pytest.mark.parametrize("kind", ["python", "acquire"])
def test_batch_that_hangs_is_taken_apart_until_the_event_is_known(hangs: Hangs, kind: str) -> None:
    handler = f"{sample.__name__}:book_all"
    sample.host(subscription(handler=handler, batch=10, timeout=LIMIT, max_attempts=2))
    hang_on(hangs, kind, 2)
    sell(1, item="apple")
    sell(2, 3)
    sell(4, item="plum")
    start_dispatcher()
    wait_until(lambda: effects() == [1, 4], seconds=10)
    wait_until(lambda: [event for event in parked() if event.status == "parked"], seconds=10)
    (event,) = parked()
    assert (event.attempts, event.behind, hangs.calls) == (2, 1, 3)  # once in the batch, twice alone


def test_thread_that_comes_back_late_commits_nothing(hangs: Hangs) -> None:
    sample.host(subscription(timeout=LIMIT, max_attempts=1))

    def handle(delivery: Delivery[Any]) -> None:
        if delivery.event.number == 1:
            with suppress(BaseException):
                hangs.acquire()
            with suppress(BaseException):
                sample.insert("late", 99)

    sample.behaviour["handle"] = handle
    dispatcher = start_dispatcher()
    sell(1)
    sell(2, item="plum")
    wait_until(lambda: effects() == [2], seconds=5)
    wait_until(lambda: len(_threads()) == 1)
    assert dispatcher.abandoned == 1
    hangs.lock.release()
    wait_until(lambda: not _threads(), seconds=5)
    hangs.lock.acquire()
    assert dispatcher.abandoned == 0
    sell(3, item="plum")
    wait_until(lambda: effects() == [2, 3], seconds=5)


def test_number_of_threads_left_behind_is_bounded(
    hangs: Hangs, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(lanes, "MOST_ABANDONED", 2)
    sample.host(subscription(timeout=LIMIT, max_attempts=1))
    hang_on(hangs, "acquire", 1, 2, 3)
    dispatcher = start_dispatcher()
    for number in (1, 2, 3):
        sell(number, item=f"item {number}")
    sell(4, item="plum")
    wait_until(lambda: "No more are replaced" in caplog.text, seconds=10)
    assert f"{LEDGER}.book" in caplog.text
    assert dispatcher.abandoned == len(_threads()) == 2
    assert effects() == []
    hangs.lock.release()
    wait_until(lambda: effects() == [4], seconds=10, what="the lane to go on once its handler came back")
    hangs.lock.acquire()
    wait_until(lambda: len(parked()) == 3, seconds=5)


def test_pool_of_connections_does_not_run_dry(hangs: Hangs) -> None:
    """A thread that is left behind holds a connection that it never gives back."""
    made = databases(url=settings.DATABASE_URL, modules=(SHOP, LEDGER), secret=settings.SEAMLINE_SECRET, pool_size=2)
    connections[LEDGER].close()
    settings.DATABASES[LEDGER] = connections.settings[LEDGER] = connections.configure_settings(
        {"default": {}, LEDGER: made[LEDGER]}
    )[LEDGER]
    del connections[LEDGER]
    sample.host(subscription(timeout=LIMIT, max_attempts=1))
    hang_on(hangs, "acquire", 1, 2, 3, 4)
    start_dispatcher()
    try:
        for number in (1, 2, 3, 4):
            sell(number, item=f"item {number}")
        sell(5, item="plum")
        wait_until(lambda: effects() == [5], seconds=15, what="the event behind four that hang, with two connections")
        assert len(parked()) == len(_threads()) == 4
    finally:
        hangs.lock.release()
        wait_until(lambda: not _threads(), seconds=10)
        stop_dispatcher(timeout=10)
        hangs.lock.acquire()
        connections[LEDGER].close_pool()


def test_handler_just_below_its_limit_is_never_cut_off(hangs: Hangs) -> None:
    sample.host(subscription(timeout=LIMIT))
    sample.behaviour["handle"] = lambda delivery: time.sleep(LIMIT / 4)
    start_dispatcher()
    for number in range(12):  # together they take three times the limit of one
        sell(number)
    wait_until(lambda: effects() == list(range(12)), seconds=10)
    assert parked() == ()


def test_thread_outside_lanes_counts_the_failure_when_it_comes_back_and_lets_others_go_on_before(
    hangs: Hangs,
) -> None:
    """As in a worker with threads: nobody can replace one, but its session ends, and with it the lock."""
    sample.host(subscription(timeout=LIMIT, max_attempts=1))
    first = threading.Event()

    def handle(delivery: Delivery[Any]) -> None:
        if delivery.event.number == 1 and not first.is_set():
            first.set()
            hangs.acquire()

    sample.behaviour["handle"] = handle
    sell(1)

    def deliver(_: int) -> None:
        (courier,) = all_couriers()
        courier.burst()

    threads = sample.in_threads(1, deliver)
    first.wait(5)
    (rival,) = all_couriers()
    wait_until(lambda: rival.burst() is not None and effects() == [1], seconds=5)
    hangs.lock.release()
    threads[0].join(10)
    assert not threads[0].is_alive()
    hangs.lock.acquire()
    assert effects() == [1]
    assert parked() == ()
