"""Operators skip what a saga is at, or turn it back, with a reason that its timeline keeps."""

from __future__ import annotations

import pytest

from seamline.calls import acting_as, current_call
from seamline.sagas import SagaNotFree, SagaStatus, UnknownSaga, compensate, instance, resume_due, retry, run, skip
from seamline.sagas.tests.sample import FOR_EVER, PAID_LATER, TRIPS, Busy, FullyBooked, World, begun, host, outcome


@pytest.fixture(autouse=True)
def _operator() -> object:
    with acting_as("operator:olivia"):
        yield


def test_skipped_step_is_not_run_and_the_rest_is(world: World) -> None:
    world.errors["hotel"] = [Busy()]
    run(begun("t1"))
    world.errors.clear()
    after = skip(TRIPS, id="t1", reason="booked by telephone")
    assert after.status is SagaStatus.COMPLETED
    assert world.calls == ["flight", "hotel", "car"]
    assert outcome("t1") == "booked flight,car"
    assert ("skipped", "hotel", "operator:olivia", "booked by telephone") in [
        (entry.what.value, entry.step, entry.actor, entry.reason) for entry in after.timeline
    ]


def test_last_step_can_be_skipped(world: World) -> None:
    world.errors["hotel"] = [Busy()]
    run(begun("t1", saga=FOR_EVER))
    assert skip(TRIPS, id="t1", reason="by hand").status is SagaStatus.COMPLETED
    assert outcome("t1") == "booked flight"


@pytest.mark.parametrize("stuck", ["cancel car", "cancel hotel", "cancel flight"])
def test_skipped_compensation_lets_the_others_go_on(world: World, stuck: str) -> None:
    world.errors = {"car": [FullyBooked(place="car")], stuck: [Busy()]}
    run(begun("t1"))
    after = skip(TRIPS, id="t1", reason="the hotel has closed down")
    assert after.status is SagaStatus.COMPENSATED
    assert world.calls == ["flight", "hotel", "car", "cancel car", "cancel hotel", "cancel flight"]
    assert (outcome("t1") or "").startswith("rejected by car")


def test_wait_can_be_skipped(world: World) -> None:
    run(begun("t1", saga=PAID_LATER))
    assert skip(TRIPS, id="t1", reason="paid in cash").status is SagaStatus.COMPLETED
    assert outcome("t1") == "booked flight,hotel"


def test_end_that_fails_after_a_skip_leaves_the_saga_as_it_was(world: World) -> None:
    world.errors = {"hotel": [Busy()], "complete": [RuntimeError("a defect")]}
    run(begun("t1", saga=FOR_EVER))
    with pytest.raises(RuntimeError, match="a defect"):
        skip(TRIPS, id="t1", reason="by hand")
    found = instance(TRIPS, id="t1")
    assert (found.step, found.lease_until, outcome("t1")) == ("hotel", None, None)
    assert retry(TRIPS, id="t1").status is SagaStatus.COMPLETED


def test_turned_back_saga_undoes_what_was_done_and_names_the_operator(world: World) -> None:
    world.errors["hotel"] = [Busy()]
    run(begun("t1", saga=FOR_EVER))
    after = compensate(TRIPS, id="t1", reason="the customer called")
    assert after.status is SagaStatus.COMPENSATED
    assert world.calls == ["flight", "hotel", "cancel hotel", "cancel flight"]
    assert after.failure is not None
    assert after.failure.data == {"actor": "operator:olivia", "reason": "the customer called"}
    assert (outcome("t1") or "").startswith("rejected by hotel: seamline.turned_back_by_operator")


def test_steps_after_an_operators_act_run_for_whoever_began_the_saga(world: World) -> None:
    seen: list[str] = []
    world.errors["hotel"] = [Busy()]
    with acting_as("customer:7"):
        run(begun("t1"))
    world.during = lambda name: seen.append(current_call().origin.actor)
    skip(TRIPS, id="t1", reason="by hand")
    assert seen == ["customer:7"]


@pytest.mark.parametrize("act", [skip, compensate])
def test_saga_that_is_over_or_under_way_is_refused(world: World, act: object) -> None:
    assert callable(act)
    begun("t1")
    with pytest.raises(SagaNotFree, match="carried on by somebody"):
        act(TRIPS, id="t1", reason="why not")
    run(begun("t2"))
    with pytest.raises(SagaNotFree, match="is over"):
        act(TRIPS, id="t2", reason="why not")
    with pytest.raises(UnknownSaga):
        act(TRIPS, id="t9", reason="why not")
    assert world.calls == ["flight", "hotel", "car"]


def test_saga_that_is_turned_back_is_not_turned_back_again(world: World) -> None:
    world.errors = {"car": [FullyBooked(place="car")], "cancel car": [Busy()]}
    run(begun("t1"))
    with pytest.raises(SagaNotFree, match="turned back already"):
        compensate(TRIPS, id="t1", reason="why not")


def test_saga_whose_version_is_gone_is_refused(world: World) -> None:
    world.errors["hotel"] = [Busy()]
    run(begun("t1"))
    host("FOR_EVER")
    with pytest.raises(SagaNotFree, match="not in the manifest"):
        skip(TRIPS, id="t1", reason="why not")


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_reason_has_to_be_given(world: World, reason: str) -> None:
    run(begun("t1", saga=PAID_LATER))
    with pytest.raises(ValueError, match="say why"):
        compensate(TRIPS, id="t1", reason=reason)
    assert resume_due(TRIPS) == 0
