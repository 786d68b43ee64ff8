"""Rebuilds that end in the middle: the next one goes on there, and nothing is missing, doubled or left behind."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from seamline.contract import Event
from seamline.events import Delivery, drain
from seamline.events.tests.sample import LEDGER, Sold, sell
from seamline.projections import (
    RebuildFailed,
    Step,
    Watching,
    cancel,
    compare,
    is_rebuilding,
    rebuild,
    rebuilds,
)
from seamline.projections.tests import ledger
from seamline.projections.tests.ledger import NAME

pytestmark = pytest.mark.usefixtures("books")


class Interrupted(Exception):
    """What a test ends a rebuild with."""


def interrupt(at: Step) -> None:
    def step(reached: Step) -> None:
        if reached is at:
            raise Interrupted

    with pytest.raises(Interrupted):
        rebuild(NAME, watching=Watching(step=step))


def refusing(number: int) -> None:
    def refuse(deliveries: Sequence[Delivery[Event]]) -> None:
        if any(isinstance(each.event, Sold) and each.event.number == number for each in deliveries):
            raise ValueError(f"refuses {number}")

    ledger.behaviour["keep"] = refuse


@pytest.mark.parametrize("at", list(Step))
def test_rebuild_goes_on_where_it_was_interrupted_with_events_that_came_since(at: Step) -> None:
    sell(*range(20))
    drain()
    interrupt(at)
    sell(*range(20, 25))
    drain()
    assert rebuilds(LEDGER)[NAME].is_running is False
    outcome = rebuild(NAME)
    assert (outcome.swapped, outcome.resumed) == (True, True)
    drain()
    assert ledger.units() == list(range(25))
    assert compare(NAME).is_equal
    assert (ledger.schemas(), rebuilds(LEDGER)) == (set(), {})


@pytest.mark.parametrize("at", list(Step))
def test_interrupted_rebuild_can_be_cancelled(at: Step) -> None:
    sell(*range(8))
    drain()
    interrupt(at)
    assert cancel(NAME)
    assert not cancel(NAME)
    assert (ledger.schemas(), rebuilds(LEDGER), ledger.units()) == (set(), {}, list(range(8)))


def test_rebuild_stands_before_the_event_that_its_handler_refuses() -> None:
    sell(*range(6))
    drain()
    refusing(3)
    with pytest.raises(RebuildFailed, match="refuses 3"):
        rebuild(NAME)
    stands = rebuilds(LEDGER)[NAME]
    assert stands.failed_position is not None
    assert (stands.handled, "refuses 3" in stands.error) == (3, True)
    assert (ledger.units(), is_rebuilding()) == (list(range(6)), False)
    ledger.behaviour.clear()
    assert rebuild(NAME).swapped
    assert ledger.units() == list(range(6))


def test_swap_takes_in_what_was_on_the_shelf() -> None:
    sell(*range(6))
    drain()
    refusing(7)
    sell(6, 7, 8)
    drain(allow_parked=True)
    ledger.behaviour.clear()
    outcome = rebuild(NAME)
    assert (outcome.swapped, "on the shelf" in outcome.not_compared) == (True, True)
    drain()
    assert ledger.units() == list(range(9))
    assert compare(NAME).is_equal
