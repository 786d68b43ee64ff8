"""A saga with a wait, killed with SIGKILL at every place that it passes, forward and backward."""

from __future__ import annotations

import os
import signal as signals
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from seamline.data import atomic, connection_for
from seamline.sagas import SagaStatus, Step, instance, progress, resume_due, run, signal
from seamline.sagas.tests.sample import PAID_LATER, TRIP, TRIPS, FullyBooked, World, begun, make_due, outcome
from seamline.testing import wait_until

PLACES = 40
"""More than a saga passes; the walk ends where a process came to its end alive."""


@pytest.mark.parametrize("refused", [False, True])
def test_saga_killed_anywhere_ends_once(world: World, refused: bool) -> None:
    if refused:
        world.errors["hotel"] = [FullyBooked(place="hotel")] * PLACES
    passed = 0
    for place in range(PLACES):
        trip = f"t{place}"
        if not _killed_at(place, lambda trip=trip: _whole(trip)):
            break
        passed += 1
        _carry_on(trip)
        status = instance(TRIPS, id=trip).status
        assert status is (SagaStatus.COMPENSATED if refused else SagaStatus.COMPLETED), place
        assert (outcome(trip) or "").startswith("rejected by hotel" if refused else "booked flight,paid 7,hotel")
        whats = [entry.what.value for entry in instance(TRIPS, id=trip).timeline]
        assert (whats.count("completed") + whats.count("compensated"), whats.count("signalled")) == (1, 1)
    assert passed >= 12


def test_saga_of_a_killed_runner_is_taken_over_as_soon_as_its_steps_would_have_ended(world: World) -> None:
    quick = replace(TRIP, steps=tuple(replace(step, timeout=0.2) for step in TRIP.steps if isinstance(step, Step)))
    world.during = lambda name: os.kill(os.getpid(), signals.SIGKILL) if os.getpid() != parent else None
    parent = os.getpid()
    assert _killed_at(PLACES, lambda: run(begun("t1", saga=quick)))
    assert quick.longest_lease < 3
    assert wait_until(lambda: resume_due(TRIPS) == 1, seconds=25)
    assert outcome("t1") == "booked flight,hotel,car"


def _whole(trip: str) -> None:
    run(begun(trip, saga=PAID_LATER))
    _pay(trip)
    resume_due(TRIPS)


def _pay(trip: str) -> None:
    with atomic(TRIPS):
        signal(PAID_LATER, id=trip, name="paid", data={"refused": False, "euros": 7})


def _carry_on(trip: str) -> None:
    _pay(trip)  # the provider tells it again: it had no answer
    for _ in range(3):
        make_due()
        resume_due(TRIPS)


def _killed_at(place: int, work: Callable[[], Any]) -> bool:
    """Do the work in a fork of this process, on connections of its own, that kills itself at the nth checkpoint."""
    connection_for(TRIPS).close()
    child = os.fork()
    if child == 0:
        left = [place]

        def reached(point: str) -> None:
            if left[0] == 0:
                os.kill(os.getpid(), signals.SIGKILL)
            left[0] -= 1

        progress._checkpoint = reached
        thread = threading.Thread(target=work)
        thread.start()
        thread.join(20)
        os._exit(3)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)
