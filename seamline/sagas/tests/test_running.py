"""Sagas: forward, backward, waiting, stuck, taken over. The steps' own module is a sample."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event
from typing import Any

import pytest

from seamline.calls import acting_as, current_call
from seamline.data import atomic, connection_for, release_connections
from seamline.sagas import (
    Retry,
    SagaExists,
    SagaStatus,
    UnknownSaga,
    instance,
    instances,
    resume,
    resume_due,
    retry,
    run,
    start,
    wait_for,
)
from seamline.sagas.tests.sample import (
    FOR_EVER,
    TRIP,
    TRIPS,
    Busy,
    FullyBooked,
    TripState,
    World,
    begun,
    host,
    make_due,
    outcome,
)

BACK = ["cancel car", "cancel hotel", "cancel flight"]


def test_steps_run_in_order_and_complete_in_one_commit_with_the_end(world: World) -> None:
    runner = begun("t1")
    assert outcome("t1") is None
    assert run(runner) is SagaStatus.COMPLETED
    assert runner.result == "booked"
    assert world.calls == ["flight", "hotel", "car"]
    assert outcome("t1") == "booked flight,hotel,car"
    found = instance(TRIPS, id="t1")
    assert (found.status, found.lease_until, found.attempts) == (SagaStatus.COMPLETED, None, 0)


def test_business_error_undoes_backwards_including_the_step_under_way(world: World) -> None:
    world.errors["hotel"] = [FullyBooked(place="hotel")]
    runner = begun("t1")
    assert run(runner) is SagaStatus.COMPENSATED
    assert runner.result == "rejected"
    assert world.calls == ["flight", "hotel", "cancel hotel", "cancel flight"]
    assert outcome("t1") == "rejected by hotel: sample_trips.fully_booked {'place': 'hotel'}"


@pytest.mark.parametrize("error", [Busy(), RuntimeError("a defect")])
def test_error_that_may_pass_is_retried_later_with_the_same_key(world: World, error: Exception) -> None:
    world.errors["hotel"] = [error]
    assert run(begun("t1")) is SagaStatus.RUNNING
    found = instance(TRIPS, id="t1")
    assert (found.step, found.attempts, found.lease_until) == ("hotel", 1, None)
    assert type(error).__name__ in found.last_error or "busy" in found.last_error
    make_due()
    assert resume_due(TRIPS) == 1
    assert world.calls == ["flight", "hotel", "hotel", "car"]
    assert set(world.keys.values()) == {1}
    assert outcome("t1") == "booked flight,hotel,car"


def test_waiting_saga_is_left_alone_until_it_is_due(world: World) -> None:
    world.errors["hotel"] = [Busy()]
    run(begun("t1", saga=_with_long_wait()))
    assert resume_due(TRIPS) == 0


def test_step_that_fails_too_often_turns_the_saga_back(world: World) -> None:
    world.errors["car"] = [Busy(), Busy(), Busy()]
    run(begun("t1"))
    for _ in range(2):
        make_due()
        resume_due(TRIPS)
    assert world.calls == ["flight", "hotel", *["car"] * 3, *BACK]
    assert outcome("t1") == "rejected by car: sample_trips.busy {}"


def test_failing_compensation_is_tried_for_ever_and_called_stuck(world: World) -> None:
    world.errors["car"] = [FullyBooked(place="car")]
    world.errors["cancel hotel"] = [FullyBooked(place="hotel") for _ in range(6)]
    assert run(begun("t1")) is SagaStatus.COMPENSATING
    for expected in [*[SagaStatus.STUCK] * 5, SagaStatus.COMPENSATED]:
        make_due()
        resume_due(TRIPS)
        assert instance(TRIPS, id="t1").status is expected
    assert world.calls.count("cancel car") == 1
    assert outcome("t1") == "rejected by car: sample_trips.fully_booked {'place': 'car'}"


def test_step_without_limit_is_called_stuck_and_goes_on(world: World) -> None:
    world.errors["hotel"] = [Busy() for _ in range(5)]
    assert run(begun("t1", saga=FOR_EVER)) is SagaStatus.RUNNING
    for expected in [*[SagaStatus.STUCK] * 4, SagaStatus.COMPLETED]:
        make_due()
        resume_due(TRIPS)
        assert instance(TRIPS, id="t1").status is expected
    assert world.calls == ["flight", *["hotel"] * 6], "the first step was recorded with the second"


@pytest.mark.parametrize(("end", "errors"), [("complete", {}), ("reject", {"car": [FullyBooked(place="car")]})])
def test_end_that_fails_is_rolled_back_whole_and_tried_again(world: World, end: str, errors: dict[str, Any]) -> None:
    world.errors = {**errors, end: [RuntimeError("a defect")]}
    assert not run(begun("t1")).is_over
    assert outcome("t1") is None
    make_due()
    resume_due(TRIPS)
    assert (outcome("t1") or "").startswith("booked" if end == "complete" else "rejected")
    assert instance(TRIPS, id="t1").timeline[-1].what in ("completed", "compensated")


def test_saga_exists_only_if_the_business_rows_commit(world: World) -> None:
    with pytest.raises(RuntimeError, match="on purpose"), atomic(TRIPS):
        start(TRIP, id="t1", state=TripState(trip="t1"))
        raise RuntimeError("on purpose")
    with pytest.raises(UnknownSaga):
        instance(TRIPS, id="t1")


def test_saga_is_started_in_its_modules_transaction_and_run_outside_of_any(world: World) -> None:
    with pytest.raises(RuntimeError, match='outside of atomic\\("sample_trips"\\)'):
        start(TRIP, id="t1", state=TripState(trip="t1"))
    runner = begun("t2")
    with atomic(TRIPS), pytest.raises(RuntimeError, match="commit first"):
        run(runner)


def test_id_is_used_once(world: World) -> None:
    begun("t1")
    with pytest.raises(SagaExists):
        begun("t1")


def test_saga_whose_runner_died_is_taken_over_when_the_lease_is_over(world: World) -> None:
    begun("t1")  # and never run, as by a process that died after the commit
    assert resume_due(TRIPS) == 0
    assert resume(TRIPS, id="t1") is SagaStatus.RUNNING
    make_due()
    assert resume_due(TRIPS) == 1
    assert outcome("t1") == "booked flight,hotel,car"
    assert [entry.what.value for entry in instance(TRIPS, id="t1").timeline][:2] == ["started", "taken_over"]


def test_runner_that_lost_its_lease_stops_without_a_trace(world: World) -> None:
    runner = begun("t1")

    def lose(name: str) -> None:
        if name == "hotel" and world.calls.count("hotel") == 1:
            make_due()
            resume_due(TRIPS)

    world.during = lose
    assert run(runner) is SagaStatus.COMPLETED
    assert runner.result is None, "the other one has ended it"
    assert outcome("t1") == "booked flight,hotel,car"
    assert world.calls == ["flight", "hotel", "hotel", "car"]


def test_runner_that_lost_its_lease_in_the_last_step_does_not_complete_twice(world: World) -> None:
    runner = begun("t1")

    def lose(name: str) -> None:
        if name == "car" and world.calls.count("car") == 1:
            make_due()
            resume_due(TRIPS)

    world.during = lose
    assert run(runner) is SagaStatus.COMPLETED
    whats = [entry.what.value for entry in instance(TRIPS, id="t1").timeline]
    assert whats.count("completed") == 1


def test_two_runners_never_execute_one_saga_at_once(world: World) -> None:
    for number in range(8):
        begun(f"t{number}")
    make_due()
    in_threads(lambda number: resume_due(TRIPS), threads=6)
    assert len(world.calls) == 8 * 3
    assert set(world.keys.values()) == {1}


def test_storm_of_sagas_ends_every_one_of_them_once(world: World) -> None:
    dice = random.Random(1000)
    for place in ("flight", "hotel", "car"):
        world.errors[place] = [FullyBooked(place=place) if dice.random() < 0.4 else Busy() for _ in range(80)]
        world.errors[f"cancel {place}"] = [Busy() for _ in range(30)]
    in_threads(lambda number: [run(begun(f"{number}-{each}")) for each in range(250)], threads=4)
    for _ in range(30):
        if all(found.status.is_over for found in instances(TRIPS, limit=2000)):
            break
        make_due()
        in_threads(lambda number: resume_due(TRIPS), threads=4)
    ended = instances(TRIPS, limit=2000)
    assert len(ended) == 1000
    assert {found.status for found in ended} == {SagaStatus.COMPLETED, SagaStatus.COMPENSATED}
    assert set(world.keys.values()) == {1}, "each effect and each undoing happened once"
    for found in ended:
        done, undone = (
            {place for place in ("flight", "hotel", "car") if f"saga:{found.id}:{place}{end}" in world.keys}
            for end in ("", ":undo")
        )
        assert done <= undone if found.status is SagaStatus.COMPENSATED else not undone and len(done) == 3
        assert (outcome(found.id) or "").startswith("rejected" if undone else "booked")


def test_waiting_for_another_runner_ends_with_it(world: World) -> None:
    runner, entered, go_on = begun("t1"), Event(), Event()

    def hold(name: str) -> None:
        if name == "hotel":
            entered.set()
            go_on.wait(10)

    world.during = hold
    with ThreadPoolExecutor(2) as pool:
        running = pool.submit(_closing(lambda: run(runner)))
        entered.wait(10)
        assert wait_for(TRIPS, id="t1", seconds=0) is SagaStatus.RUNNING
        waiting = pool.submit(_closing(lambda: wait_for(TRIPS, id="t1", seconds=10)))
        go_on.set()
        assert waiting.result() is running.result() is SagaStatus.COMPLETED


def test_resumed_saga_acts_for_whoever_began_it(world: World) -> None:
    seen: list[tuple[str, str]] = []
    world.during = lambda name: seen.append((current_call().origin.actor, current_call().origin.correlation_id))
    with acting_as("customer:7", correlation_id="c1"):
        begun("t1")
    make_due()
    resume_due(TRIPS)
    assert set(seen) == {("customer:7", "c1")}


def test_saga_of_a_version_that_is_gone_is_named_stuck_and_kept(world: World) -> None:
    begun("t1")
    make_due()
    host("FOR_EVER")
    resume_due(TRIPS)
    found = instance(TRIPS, id="t1")
    assert found.status is SagaStatus.STUCK
    assert "version 1 is not in the manifest" in found.last_error
    host("TRIP", "FOR_EVER")
    make_due()
    resume_due(TRIPS)
    assert outcome("t1") == "booked flight,hotel,car"


def test_operator_has_a_stuck_saga_tried_again(world: World) -> None:
    world.errors["car"] = [FullyBooked(place="car")]
    world.errors["cancel car"] = [Busy(), Busy()]
    run(begun("t1"))
    make_due()
    resume_due(TRIPS)
    assert instance(TRIPS, id="t1").status is SagaStatus.STUCK
    with acting_as("operator:olivia"):
        after = retry(TRIPS, id="t1")
    assert after.status is SagaStatus.COMPENSATED
    assert ("retried", "operator:olivia") in [(entry.what.value, entry.actor) for entry in after.timeline]
    assert retry(TRIPS, id="t1") == after, "one that is over stays as it is"


def test_timeline_of_one_that_fails_for_weeks_stays_bounded(world: World) -> None:
    world.errors["hotel"] = [Busy() for _ in range(600)]
    run(begun("t1", saga=FOR_EVER))
    for _ in range(520):
        make_due()
        resume_due(TRIPS)
    timeline = instance(TRIPS, id="t1").timeline
    assert len(timeline) <= 502
    assert timeline[0].what == "started"


def _with_long_wait() -> Any:
    return replace(TRIP, steps=tuple(replace(step, retry=Retry(first=60)) for step in TRIP.steps))


def in_threads(work: Callable[[int], object], *, threads: int) -> None:
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda number: _closing(lambda: work(number))(), range(threads)))


def _closing(work: Callable[[], Any]) -> Callable[[], Any]:
    def closing() -> Any:
        try:
            return work()
        finally:
            release_connections()
            connection_for(TRIPS).close()

    return closing
