"""Read your own writes: a read waits until the rows say what a command's answer knew, and no longer than it may."""

from __future__ import annotations

import threading

import pytest
from django.db import connections

from seamline.data import atomic
from seamline.events import drain, publish
from seamline.events.tests import sample
from seamline.events.tests.sample import LEDGER, SHOP, Renamed, sell
from seamline.projections import await_position, parse_position, position_after
from seamline.projections.tests import ledger
from seamline.projections.tests.ledger import NAME


@pytest.mark.parametrize("text", ["", "orders", "orders:", "orders:-1", "orders:1;drop", "Orders:1", "a:1," * 200])
def test_text_that_is_no_position_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a position"):
        parse_position(text)


def test_position_names_each_log() -> None:
    assert parse_position("orders:12, payments:9") == {"orders": 12, "payments": 9}


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize("partitions", [1, 3])
def test_rows_that_lack_an_event_are_waited_for_and_no_longer_than_allowed(partitions: int) -> None:
    sample.host(ledger.projection(partitions=partitions))
    sell(1)
    drain()
    assert await_position(NAME, parse_position(position_after(SHOP)), seconds=0)
    sell(2)
    after = parse_position(position_after(SHOP))
    assert not await_position(NAME, after, seconds=0.02)
    drain()
    assert await_position(NAME, after, seconds=0)
    assert await_position(NAME, {"elsewhere": 10**9}, seconds=0), "it does not read that log"


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize("partitions", [1, 3])
def test_events_that_the_projection_does_not_want_are_not_waited_for(partitions: int) -> None:
    sample.host(ledger.projection(partitions=partitions))
    sell(1)
    drain()
    with atomic(SHOP):
        publish(*(Renamed(item="pear") for _ in range(5)))
    assert await_position(NAME, parse_position(position_after(SHOP)), seconds=0)


@pytest.mark.usefixtures("books")
def test_wait_ends_when_another_thread_has_delivered() -> None:
    sell(1)
    drain()
    sell(2)
    after = parse_position(position_after(SHOP))

    def deliver() -> None:
        try:
            drain()
        finally:
            for alias in (SHOP, LEDGER):
                connections[alias].close()

    thread = threading.Thread(target=deliver)
    thread.start()
    assert await_position(NAME, after, seconds=30)
    assert ledger.units() == [1, 2]
    thread.join(30)
