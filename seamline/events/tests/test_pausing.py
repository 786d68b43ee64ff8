"""Pausing: nothing is delivered until it is resumed, in any process, and nothing is lost or passed over."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from io import StringIO
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command

from seamline.calls import acting_as
from seamline.data import connection_for
from seamline.events import (
    Delivery,
    NotDrained,
    drain,
    lag,
    lane,
    pause,
    pauses,
    redrive,
    resume,
    start_dispatcher,
    stop_dispatcher,
)
from seamline.events.couriers import all_couriers
from seamline.events.tests import sample
from seamline.events.tests.processes import await_line, process
from seamline.events.tests.sample import LEDGER, SHOP, effects, sell, subscription
from seamline.events.watchdog import watchdog
from seamline.testing import wait_until

pytestmark = pytest.mark.usefixtures("shop", "_stopped")

NAME = f"{LEDGER}.book"
noted: list[int] = []


def note(event: sample.Sold, delivery: Delivery[sample.Sold]) -> None:
    noted.append(event.number)


@pytest.fixture
def _stopped() -> Iterator[None]:
    yield
    assert stop_dispatcher(timeout=10)
    watchdog().rest()


def test_paused_subscription_gets_nothing_and_goes_on_where_it_was() -> None:
    noted.clear()
    sample.host(subscription(), subscription(name=f"{LEDGER}.other", handler=f"{__name__}:note"))
    sell(1)
    drain()
    pause(NAME, reason="stock is counted")
    sell(2, 3)
    with pytest.raises(NotDrained, match=r"sample_ledger.book <- sample_shop is paused .*: stock is counted; 2 events"):
        drain()
    assert effects() == [1]
    assert noted == [1, 2, 3]
    resume(NAME)
    drain()
    assert effects() == [1, 2, 3]


def test_pause_without_work_does_not_keep_drain_from_ending() -> None:
    sample.host(subscription())
    sell(1)
    drain()
    pause(NAME, reason="nothing to do")
    assert drain() == 0


def test_failed_events_of_a_paused_subscription_are_not_tried_again() -> None:
    calls: list[int] = []

    def fail(delivery: Delivery[Any]) -> None:
        calls.append(delivery.event.number)
        raise ValueError("no")

    sample.host(subscription(max_attempts=2))
    sample.behaviour["handle"] = fail
    sell(1)
    drain(allow_parked=True)
    assert len(calls) == 2
    pause(NAME, reason="being mended")
    redrive()
    with pytest.raises(NotDrained, match="being mended; 1 events wait"):
        drain()
    assert len(calls) == 2
    sample.behaviour.clear()
    resume(NAME)
    drain()
    assert effects() == [1]


def test_subscription_that_never_ran_is_paused_at_its_beginning() -> None:
    sell(1)
    sample.host(subscription(), subscription(name=f"{LEDGER}.late", start="now"))
    for name in (NAME, f"{LEDGER}.late"):
        pause(name, reason="not before Monday")
    sell(2)
    with pytest.raises(NotDrained, match="2 events wait"):
        drain()
    assert effects() == []
    for name in (NAME, f"{LEDGER}.late"):
        resume(name)
    drain()
    assert sorted(effects()) == [1, 2, 2]


def test_pause_waits_for_the_handler_at_hand_and_no_other_begins_after_it() -> None:
    entered, leave = threading.Event(), threading.Event()

    def handle(delivery: Delivery[Any]) -> None:
        entered.set()
        leave.wait(10)

    sample.host(subscription(batch=1, handler=f"{sample.__name__}:book_all", timeout=30))
    sample.behaviour["handle"] = handle
    start_dispatcher()
    sell(1, 2, 3)
    assert entered.wait(5)
    seen: list[list[int]] = []

    def stop(_: int) -> None:
        pause(NAME, reason="stop")
        seen.append(effects())

    (thread,) = sample.in_threads(1, stop)
    thread.join(0.2)
    assert thread.is_alive()
    leave.set()
    thread.join(10)
    (before,) = seen
    assert before in ([1], [1, 2], [1, 2, 3])
    (courier,) = all_couriers()
    for _ in range(3):
        courier.step(at_once=True)
    assert effects() == before
    resume(NAME)
    wait_until(lambda: effects() == [1, 2, 3], seconds=5)


def test_resume_wakes_the_lanes_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lane, "FIRST_POLL", 60.0)
    monkeypatch.setattr(lane, "LONGEST_POLL", 60.0)
    sample.host(subscription())
    start_dispatcher()
    pause(NAME, reason="a moment")
    sell(1)
    resume(NAME)
    wait_until(lambda: effects() == [1], seconds=5)


def test_pause_and_resume_reach_another_process() -> None:
    sample.host(subscription())
    with process("dispatch") as other:
        await_line(other, "dispatch")
        sell(1)
        wait_until(lambda: effects() == [1], seconds=10)
        pause(NAME, reason="elsewhere")
        sell(2)
        (courier,) = all_couriers()
        assert courier.step().paused
        assert effects() == [1]
        resume(NAME)
        wait_until(lambda: effects() == [1, 2], seconds=10)


def test_only_one_publisher_is_paused_where_one_is_named() -> None:
    sample.host(subscription(events=(sample.Sold, sample.Booked), handler=f"{__name__}:note"))
    (paused,) = pause(NAME, publisher=SHOP, reason="half of it")
    assert (paused.publisher, paused.reason) == (SHOP, "half of it")
    assert {state.publisher: state.paused for state in lag()} == {SHOP: True, LEDGER: False}


def test_who_paused_it_and_why_is_kept_until_it_is_resumed() -> None:
    sample.host(subscription(partitions=3))
    with acting_as("operator:ann"):
        pause(NAME, reason="  first  ")
        (told,) = pause(NAME, reason="second")
    assert (told.actor, told.reason) == ("operator:ann", "second")
    assert pauses() == (told,)
    assert {(state.paused, state.pause_reason) for state in lag()} == {(True, "second")}
    assert resume(NAME) == (told,)
    assert (pauses(), resume(NAME)) == ((), ())
    assert {(state.paused, state.pause_reason) for state in lag()} == {(False, "")}


def test_pause_refuses_what_does_not_exist_and_an_empty_reason() -> None:
    sample.host(subscription())
    with pytest.raises(LookupError, match=r"sample_ledger\.book"):
        pause(f"{LEDGER}.nothing", reason="x")
    with pytest.raises(LookupError, match="it listens to sample_shop"):
        resume(NAME, publisher=LEDGER)
    with pytest.raises(ValueError, match="needs a reason"):
        pause(NAME, reason=" ")


def test_commands_pause_and_resume() -> None:
    def run(*arguments: str) -> dict[str, Any]:
        out = StringIO()
        call_command("events", *arguments, "--format", "json", stdout=out)
        found: dict[str, Any] = json.loads(out.getvalue())
        return found

    sample.host(subscription())
    (paused,) = run("pause", NAME, "--reason", "by command")["paused"]
    assert (paused["subscription"], paused["reason"]) == (NAME, "by command")
    assert paused["actor"].startswith("operator:")
    out = StringIO()
    call_command("events", "status", stdout=out)
    assert "by command" in out.getvalue()
    assert len(run("resume", NAME)["resumed"]) == 1
    with pytest.raises(SystemExit) as exit_:
        run("resume", NAME)
    assert exit_.value.code == 1
    with pytest.raises(CommandError) as wrong:
        run("pause", NAME, "--reason", " ")
    assert wrong.value.returncode == 2
    with pytest.raises(CommandError) as unknown:
        run("pause", "sample_ledger.nothing", "--reason", "x")
    assert unknown.value.returncode == 1


def test_pausing_waits_longer_for_a_handler_than_a_role_waits_for_locks(admin_url: str) -> None:
    sample.host(subscription())
    sell(1)
    drain()
    with psycopg.connect(admin_url) as delivering:
        delivering.execute(f"SELECT 1 FROM {LEDGER}.checkpoint FOR UPDATE")
        threading.Timer(0.4, delivering.commit).start()
        with connection_for(LEDGER).cursor() as cursor:
            cursor.execute("SET lock_timeout = '50ms'")
        pause(NAME, reason="stock is counted")

    assert [each.subscription for each in pauses()] == [NAME]
