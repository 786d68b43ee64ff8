"""The dispatcher of a process: woken on commit, between processes, patient with the database, stopped in good order."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator

import psycopg
import pytest

from seamline.data import atomic
from seamline.events import announce, lane, parked, publish, redrive, start_dispatcher, stop_dispatcher
from seamline.events.publishing import on_published
from seamline.events.signals import Signals
from seamline.events.tests import sample
from seamline.events.tests.sample import LEDGER, SHOP, Sold, effects, sell, subscription
from seamline.events.watchdog import watchdog
from seamline.jobs import Job
from seamline.testing import wait_until

pytestmark = pytest.mark.usefixtures("shop")


@pytest.fixture(autouse=True)
def _stopped(shop: None) -> Iterator[None]:
    yield
    assert stop_dispatcher(timeout=10)
    watchdog().rest()
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("seamline")]


@pytest.fixture
def slow_poll(monkeypatch: pytest.MonkeyPatch) -> None:
    """No poll comes to the help of a hint that is lost."""
    monkeypatch.setattr(lane, "FIRST_POLL", 60.0)
    monkeypatch.setattr(lane, "LONGEST_POLL", 60.0)


def test_commit_wakes_the_lanes_of_this_process(slow_poll: None) -> None:
    sample.host(subscription())
    start_dispatcher()
    sell(0)
    wait_until(lambda: effects() == [0])
    for number in range(1, 20):
        sell(number)
    wait_until(lambda: effects() == list(range(20)), seconds=5)


def test_rollback_of_a_savepoint_does_not_lose_the_hint(slow_poll: None) -> None:
    sample.host(subscription())
    start_dispatcher()
    sell(0)
    wait_until(lambda: effects() == [0])
    with atomic(SHOP):
        with pytest.raises(ZeroDivisionError), atomic(SHOP):
            publish(Sold(item="pear", number=1))
            raise ZeroDivisionError
        publish(Sold(item="pear", number=2))
    wait_until(lambda: effects() == [0, 2], seconds=5)


def test_starting_twice_gives_the_same_dispatcher() -> None:
    sample.host(subscription())
    assert start_dispatcher() is start_dispatcher()


def test_poll_finds_events_without_any_hint(admin_url: str) -> None:
    sample.host(subscription())
    start_dispatcher()
    with psycopg.connect(admin_url, options=f"-c search_path={SHOP}") as connection:
        connection.execute(
            "INSERT INTO event_log (event_id, name, schema_version, key, data) VALUES "
            """(gen_random_uuid(), 'sample_shop.sold', 1, 'pear', '{"item": "pear", "number": 1}')"""
        )
    wait_until(lambda: effects() == [1])


def test_failed_event_is_retried_without_any_hint(slow_poll: None) -> None:
    calls = []

    def fail_once(delivery: object) -> None:
        calls.append(delivery)
        if len(calls) == 1:
            raise ValueError("not yet")

    sample.host(subscription(backoff=0.1))
    sample.behaviour["handle"] = fail_once
    start_dispatcher()
    sell(1)
    wait_until(lambda: effects() == [1])


def test_redrive_of_another_process_wakes_the_dispatcher(slow_poll: None) -> None:
    def fail(delivery: object) -> None:
        raise ValueError("never")

    sample.host(subscription(max_attempts=1))
    sample.behaviour["handle"] = fail
    start_dispatcher()
    sell(1)
    wait_until(parked)
    sample.behaviour.clear()
    redrive()
    wait_until(lambda: effects() == [1])


def test_dispatcher_survives_the_loss_of_all_its_connections(admin_url: str) -> None:
    sample.host(subscription())
    start_dispatcher()
    sell(1)
    wait_until(lambda: effects() == [1])
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
    from django.db import connections

    for alias in (SHOP, LEDGER):
        connections[alias].close()
    sell(2)
    wait_until(lambda: effects() == [1, 2])


def test_hint_reaches_the_signals_of_another_session(shop: None) -> None:
    heard: list[str] = []
    listener = Signals(alias=SHOP, received=heard.append)
    listener.start()
    speaker = Signals(alias=LEDGER, received=lambda publisher: heard.append("own hint came back"))
    speaker.start()

    def spoken() -> bool:
        speaker.notify(SHOP)
        return bool(heard)

    try:
        wait_until(spoken, every=0.1)
        announce(LEDGER)
        wait_until(lambda: LEDGER in heard or "own hint came back" in heard)
    finally:
        for thread in (listener, speaker):
            thread.stop()
            thread.join(10)
    assert SHOP in heard


def test_lane_that_hangs_does_not_hold_up_the_end_for_ever() -> None:
    release = threading.Event()
    sample.host(subscription(timeout=30))
    sample.behaviour["handle"] = lambda delivery: release.wait(20)
    start_dispatcher()
    sell(1)
    began = time.monotonic()
    wait_until(lambda: any("lane" in thread.name for thread in threading.enumerate()))
    time.sleep(0.2)  # the handler hangs by now, or has not begun: both must do
    stop_dispatcher(timeout=0.2)
    assert time.monotonic() - began < 5
    release.set()
    wait_until(lambda: not any("seamline lane" in thread.name for thread in threading.enumerate()))


def test_jobs_run_and_stop_with_the_dispatcher() -> None:
    sample.host(jobs=(Job(name=f"{LEDGER}.tick", run=f"{__name__}:tick", every=0.05),))
    ticks.clear()
    start_dispatcher()
    wait_until(lambda: len(ticks) >= 3)


def test_fork_leaves_the_child_without_dispatcher() -> None:
    sample.host(subscription())
    start_dispatcher()
    from seamline.events import dispatcher

    reader, writer = os.pipe()
    if (child := os.fork()) == 0:
        os.write(writer, b"none" if dispatcher._dispatcher is None else b"some")
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reader, 4) == b"none"
    os.close(reader)
    os.close(writer)


def test_listener_is_told_after_the_commit_only() -> None:
    told: list[str] = []
    on_published(told.append)
    with atomic(SHOP):
        publish(Sold(item="pear", number=1))
        assert told == []
    assert told == [SHOP]


ticks: list[float] = []


def tick() -> None:
    ticks.append(time.monotonic())
