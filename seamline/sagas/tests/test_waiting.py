"""Waits: timers and signals, which come early, late, twice, never, or for a saga whose runner died."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from seamline.calls import acting_as
from seamline.data import atomic, connection_for, release_connections
from seamline.sagas import (
    SagaStatus,
    UnknownSaga,
    Wait,
    instance,
    instances,
    resume_due,
    retry,
    run,
    signal,
    unfinished,
)
from seamline.sagas.tests.sample import (
    NEXT_DAY,
    PAID_LATER,
    TRIP,
    TRIPS,
    TripState,
    World,
    begun,
    host,
    make_due,
    outcome,
    pass_hours,
)

PAID = {"refused": False, "euros": 7}


def pay(trip: str, data: Any = PAID) -> bool:
    with atomic(TRIPS):
        return signal(PAID_LATER, id=trip, name="paid", data=data)


def test_saga_rests_until_the_signal_arrives_and_goes_on_with_its_data(world: World) -> None:
    assert run(begun("t1", saga=PAID_LATER)) is SagaStatus.RUNNING
    found = instance(TRIPS, id="t1")
    assert (found.awaits, found.lease_until, found.attempts) == ("payment", None, 0)
    assert found.wait_until == found.next_at
    assert resume_due(TRIPS) == 0
    assert pay("t1")
    assert resume_due(TRIPS) == 1, "it is due at once"
    assert outcome("t1") == "booked flight,paid 7,hotel"
    after = instance(TRIPS, id="t1")
    assert (after.awaits, after.wait_until) == ("", None)
    assert [entry.what.value for entry in after.timeline] == [
        "started", "done", "awaits", "signalled", "done", "done", "completed",
    ]  # fmt: skip


def test_signal_that_comes_before_the_wait_is_kept(world: World) -> None:
    runner = begun("t1", saga=PAID_LATER)
    assert pay("t1")
    assert run(runner) is SagaStatus.COMPLETED
    assert outcome("t1") == "booked flight,paid 7,hotel"


def test_signal_during_the_step_before_the_wait_is_kept(world: World) -> None:
    world.during = lambda name: pay("t1") and None if name == "flight" else None
    assert run(begun("t1", saga=PAID_LATER)) is SagaStatus.COMPLETED


def test_signal_between_the_look_and_the_rest_wakes_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def until(state: TripState) -> datetime:
        pay(state.trip)  # the look at the signals is over, the rest is not yet written
        return datetime.now(UTC) + timedelta(hours=1)

    steps = tuple(replace(step, until=until) if isinstance(step, Wait) else step for step in PAID_LATER.steps)
    monkeypatch.setattr("seamline.sagas.tests.sample.PAID_LATER", replace(PAID_LATER, steps=steps))
    run(begun("t1", saga=replace(PAID_LATER, steps=steps)))
    assert resume_due(TRIPS) == 1
    assert outcome("t1") == "booked flight,paid 7,hotel"


@pytest.mark.parametrize("when", ["waiting", "over"])
def test_second_signal_changes_nothing(world: World, when: str) -> None:
    run(begun("t1", saga=PAID_LATER))
    assert pay("t1")
    if when == "over":
        resume_due(TRIPS)
    assert not pay("t1", {"refused": False, "euros": 8})
    resume_due(TRIPS)
    assert outcome("t1") == "booked flight,paid 7,hotel"
    assert [entry.what.value for entry in instance(TRIPS, id="t1").timeline].count("signalled") == 1


def test_signal_counts_only_if_its_transaction_commits(world: World) -> None:
    run(begun("t1", saga=PAID_LATER))
    with pytest.raises(RuntimeError, match="on purpose"), atomic(TRIPS):
        signal(PAID_LATER, id="t1", name="paid", data=PAID)
        raise RuntimeError("on purpose")
    assert resume_due(TRIPS) == 0
    assert instance(TRIPS, id="t1").signals == {}


def test_refusal_in_a_signal_turns_the_saga_back(world: World) -> None:
    run(begun("t1", saga=PAID_LATER))
    pay("t1", {"refused": True})
    resume_due(TRIPS)
    assert world.calls == ["flight", "cancel flight"]
    assert outcome("t1") == "rejected by payment: sample_trips.fully_booked {'place': 'bank'}"


def test_signal_that_never_comes_turns_the_saga_back_in_time(world: World) -> None:
    run(begun("t1", saga=PAID_LATER))
    pass_hours()
    assert resume_due(TRIPS) == 1
    assert (outcome("t1") or "").startswith("rejected by payment: seamline.timed_out")
    assert world.calls == ["flight", "cancel flight"]


def test_timer_holds_across_runners_and_is_not_begun_anew(world: World) -> None:
    run(begun("t1", saga=NEXT_DAY))
    until = instance(TRIPS, id="t1").wait_until
    retry(TRIPS, id="t1")
    assert instance(TRIPS, id="t1").wait_until == until, "an operator's retry does not end it, nor make it longer"
    assert world.calls == ["flight"]
    pass_hours()
    assert resume_due(TRIPS) == 1
    assert outcome("t1") == "booked flight,hotel"


def test_saga_that_takes_too_long_is_turned_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    hurried = replace(NEXT_DAY, within=timedelta(hours=2))
    monkeypatch.setattr("seamline.sagas.tests.sample.NEXT_DAY", hurried)
    host("NEXT_DAY")
    run(begun("t1", saga=hurried))
    found = instance(TRIPS, id="t1")
    assert found.wait_until is not None
    assert found.wait_until - found.created_at <= timedelta(hours=2, seconds=5), "it rests no longer than it has"
    pass_hours()
    resume_due(TRIPS)
    assert (outcome("t1") or "").startswith("rejected by night: seamline.timed_out")


def test_signal_tells_what_is_wrong_with_it(world: World) -> None:
    run(begun("t1", saga=PAID_LATER))
    with pytest.raises(RuntimeError, match='outside of atomic\\("sample_trips"\\)'):
        signal(PAID_LATER, id="t1", name="paid")
    with atomic(TRIPS), pytest.raises(ValueError, match="waits for no signal 'payed': it knows paid"):
        signal(PAID_LATER, id="t1", name="payed")
    with atomic(TRIPS), pytest.raises(UnknownSaga, match="no saga 't9'"):
        signal(PAID_LATER, id="t9", name="paid")


def test_timeline_names_who_signalled(world: World) -> None:
    run(begun("t1", saga=PAID_LATER))
    with acting_as("provider:bank"):
        pay("t1")
    assert instance(TRIPS, id="t1").timeline[-1].actor == "provider:bank"


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"until": timedelta(0)}, "give a time above zero"),
        ({"until": timedelta(1), "take": lambda state, data: state}, "names no signal"),
    ],
)
def test_wait_that_cannot_be_is_refused(options: dict[str, Any], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        Wait(name="night", **options)


def test_time_without_zone_is_a_defect_that_names_itself(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    naive = replace(TRIP, steps=(Wait(name="night", until=lambda state: datetime(2030, 1, 1)),))  # noqa: DTZ001
    run(begun("t1", saga=naive))
    assert "names no time zone" in instance(TRIPS, id="t1").last_error


def test_storm_of_signals_that_race_with_the_waits_loses_none(world: World) -> None:
    trips = [f"t{number}" for number in range(100)]
    signals = [*trips, *trips]
    random.Random(7).shuffle(signals)
    runners = {trip: begun(trip, saga=PAID_LATER) for trip in trips}

    def work(job: tuple[str, str]) -> None:
        what, trip = job
        pay(trip) if what == "pay" else run(runners[trip])

    jobs = [("run", trip) for trip in trips] + [("pay", trip) for trip in signals]
    random.Random(8).shuffle(jobs)
    _in_threads([jobs[part::4] for part in range(4)], work)
    resume_due(TRIPS)
    assert [each.id for each in instances(TRIPS, limit=1000) if not each.status.is_over] == []
    assert set(world.keys.values()) == {1}
    assert {outcome(trip) for trip in trips} == {"booked flight,paid 7,hotel"}


def test_signal_wakes_a_saga_whose_runner_died_before_it_rested(world: World) -> None:
    begun("t1", saga=PAID_LATER)
    pay("t1")
    make_due()
    assert resume_due(TRIPS) == 1
    assert outcome("t1") == "booked flight,paid 7,hotel"


def _in_threads(parts: list[list[tuple[str, str]]], work: Any) -> None:
    def all_of(part: list[tuple[str, str]]) -> None:
        try:
            for job in part:
                work(job)
        finally:
            release_connections()
            connection_for(TRIPS).close()

    with ThreadPoolExecutor(len(parts)) as pool:
        list(pool.map(all_of, parts))


@pytest.mark.parametrize("needed", [True, False])
def test_wait_that_the_state_does_not_need_is_passed_without_a_trace(world: World, needed: bool) -> None:
    wait = replace(PAID_LATER.steps[1], when=lambda state: needed)
    saga = replace(PAID_LATER, steps=(PAID_LATER.steps[0], wait, PAID_LATER.steps[2]))
    last = replace(PAID_LATER, steps=(PAID_LATER.steps[0], wait))
    expected = SagaStatus.RUNNING if needed else SagaStatus.COMPLETED
    assert [run(begun("t1", saga=saga)), run(begun("t2", saga=last))] == [expected, expected]
    steps = [entry.step for entry in instance(TRIPS, id="t1").timeline]
    assert ("payment" in steps) is needed
    assert unfinished(saga, ids=["t1", "t2", "t3"]) == (frozenset(("t1", "t2")) if needed else frozenset())
