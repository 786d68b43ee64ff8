"""The thread that waits at a publisher elsewhere: it tells of wanted events, and ends when it is told to."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from seamline.data import atomic
from seamline.events.publishing import publish
from seamline.events.tests import sample
from seamline.events.watcher import Watcher, watchers
from seamline.testing.live import live_deployable
from seamline.testing.waiting import wait_until

SOLD = "sample_shop.sold"
pytestmark = pytest.mark.usefixtures("shop")


@pytest.fixture
def received() -> list[str]:
    return []


@pytest.fixture
def watcher(received: list[str]) -> Iterator[Watcher]:
    with live_deployable() as address:
        watching = Watcher(publisher=sample.SHOP, url=address, names=(SOLD,), received=received.append)
        watching.start()
        yield watching
        watching.stop()
        watching.join(5)
    assert not watching.is_alive()


def test_watcher_tells_of_wanted_events_alone(watcher: Watcher, received: list[str]) -> None:
    wait_until(lambda: received == [sample.SHOP])  # the first answer
    with atomic(sample.SHOP):
        publish(sample.Renamed(item="pear"))
    sample.sell(1)
    wait_until(lambda: len(received) == 2)


def test_watcher_that_waits_ends_at_once(watcher: Watcher, received: list[str]) -> None:
    wait_until(lambda: received)
    began = time.monotonic()
    watcher.stop()
    watcher.join(5)
    assert time.monotonic() - began < 2


def test_there_is_one_for_each_publisher_that_is_elsewhere_and_wanted(received: list[str], settings: Any) -> None:
    elsewhere = "https://elsewhere.internal"
    settings.SEAMLINE_FEEDS = {sample.SHOP: elsewhere, "unwanted": elsewhere}
    sample.host(sample.subscription(), sample.subscription(name="sample_ledger.again"))
    assert watchers(received.append) == ()  # the shop is hosted here
    here = settings.DATABASES.pop(sample.SHOP)
    try:
        (watcher,) = watchers(received.append)
    finally:
        settings.DATABASES[sample.SHOP] = here
    assert watcher.name == "seamline watcher sample_shop"
