"""Delivery, jobs and feeds of modules that are placed at services: at rest here, and on again at once when back."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings

from seamline.discovery import Balancer, Instance
from seamline.embedded.ports import free_port
from seamline.events import lane, start_dispatcher, stop_dispatcher
from seamline.events.feed import SqlFeed, feed_for
from seamline.events.tests import sample
from seamline.events.tests.feed_server import feed_server, kill
from seamline.events.tests.sample import LEDGER, SHOP, effects, sell, subscription
from seamline.events.watchdog import watchdog
from seamline.jobs import Job
from seamline.placement import feed as placed
from seamline.placement import here, reaching
from seamline.placement.feed import PlacedFeed
from seamline.testing import wait_until
from seamline.testing.live import live_deployable

pytestmark = pytest.mark.usefixtures("shop")
NAMES = ("sample_shop.sold",)
runs: list[str] = []


def note_run() -> None:
    runs.append(threading.current_thread().name)


@pytest.fixture(autouse=True)
def _stopped(shop: None) -> Iterator[None]:
    runs.clear()
    yield
    assert stop_dispatcher(timeout=10)
    watchdog().rest()
    here.bring_into_force(at_service=frozenset(), until=0)
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("seamline")]


@pytest.fixture
def slow_poll(monkeypatch: pytest.MonkeyPatch) -> None:
    """No poll comes to the help of a hint that is lost."""
    monkeypatch.setattr(lane, "FIRST_POLL", 60.0)
    monkeypatch.setattr(lane, "LONGEST_POLL", 60.0)
    monkeypatch.setattr(lane, "RESTING_LOOK", 60.0)


def place(*modules: str) -> None:
    here.bring_into_force(at_service=frozenset(modules), until=here.epoch() + 1)


@contextmanager
def service_at(monkeypatch: pytest.MonkeyPatch, *urls: str) -> Iterator[None]:
    """Discovery knows these instances of the shop's service."""
    instances = tuple(Instance(id=url, modules=(SHOP,), url=url) for url in urls)
    balancer = Balancer(SHOP, lambda: instances)
    monkeypatch.setattr(reaching, "balancer_at_service", lambda module: balancer)
    yield


def test_lanes_of_a_module_that_is_placed_elsewhere_rest_and_go_on_at_once_when_it_is_back(slow_poll: None) -> None:
    sample.host(subscription())
    start_dispatcher()
    sell(1)
    wait_until(lambda: effects() == [1])
    place(LEDGER)
    sell(2)
    sell(3)
    begun = threading.active_count()
    assert effects() == [1]
    place()
    wait_until(lambda: effects() == [1, 2, 3], seconds=20)
    assert threading.active_count() <= begun


def test_a_lane_that_begins_while_its_module_is_placed_elsewhere_rests(slow_poll: None) -> None:
    sample.host(subscription())
    place(LEDGER)
    sell(1)
    start_dispatcher()
    assert effects() == []
    place()
    wait_until(lambda: effects() == [1], seconds=20)


def test_a_lane_goes_on_while_the_service_of_its_module_is_gone(slow_poll: None) -> None:
    sample.host(subscription())
    place(LEDGER)
    start_dispatcher()
    sell(1)
    here.bring_into_force(at_service=frozenset({LEDGER}), until=here.epoch(), forsaken=frozenset({LEDGER}))
    wait_until(lambda: effects() == [1], seconds=20)


def test_a_batch_at_hand_is_finished_where_it_began(slow_poll: None) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def hold(delivery: object) -> None:
        begun.set()
        assert go_on.wait(20)

    sample.behaviour["handle"] = hold
    sample.host(subscription(timeout=30))
    start_dispatcher()
    sell(1)
    assert begun.wait(20)
    place(LEDGER)
    go_on.set()
    wait_until(lambda: effects() == [1], seconds=20)


def test_jobs_rest_with_their_module_and_run_when_it_is_back() -> None:
    sample.host(jobs=(Job(name=f"{LEDGER}.note", run=f"{__name__}:note_run", every=0.01),))
    start_dispatcher()
    wait_until(lambda: len(runs) > 1)
    place(LEDGER)
    thread = next(each for each in threading.enumerate() if each.name == f"seamline job {LEDGER}.note")

    def seen_twice_the_same() -> bool:
        before = len(runs)
        thread.join(0.1)
        return len(runs) == before

    wait_until(seen_twice_the_same)
    before = len(runs)
    place()
    wait_until(lambda: len(runs) > before, seconds=20)


def test_a_feed_goes_by_placements_only_at_a_hub_that_follows_them(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(feed_for(SHOP), SqlFeed)
    monkeypatch.setattr(settings, "SEAMLINE_CONTROL", True)
    assert isinstance(feed_for(SHOP), PlacedFeed)
    monkeypatch.setattr(settings, "SEAMLINE_REGISTRY", "http://hub:8000")
    assert isinstance(feed_for(SHOP), SqlFeed)


def test_a_log_is_read_on_at_the_service_and_here_from_any_position(monkeypatch: pytest.MonkeyPatch) -> None:
    sample.host(subscription())
    asked: list[str] = []
    real = reaching.service_url
    feed = PlacedFeed(publisher=SHOP)

    def noted(module: str) -> str:
        asked.append(module)
        return real(module)

    monkeypatch.setattr(placed, "service_url", noted)
    numbers: list[int] = []
    after = 0

    def read_on(*expected: int) -> None:
        nonlocal after
        sell(*expected)

        def come() -> bool:
            nonlocal after
            batch = feed.read(after=after, limit=10, names=NAMES)
            numbers.extend(json.loads(event.data)["number"] for event in batch.events)
            after = batch.position
            return numbers[-len(expected) :] == list(expected)

        wait_until(come)

    with live_deployable() as address, service_at(monkeypatch, address):
        read_on(1, 2)
        assert asked == []
        place(SHOP)
        read_on(3, 4)
        assert asked == [SHOP]
        place()
        read_on(5)
        place(SHOP)
        read_on(6)
        (event,) = feed.fetch(positions=[after])
        assert json.loads(event.data)["number"] == 6
        assert feed.behind(after=0, names=NAMES).events == 6
        assert feed.end() == after
    monkeypatch.setattr(placed, "REST", 0.0)
    with service_at(monkeypatch, f"http://127.0.0.1:{free_port()}"):
        feed = PlacedFeed(publisher=SHOP)
        read_on(7)
    with service_at(monkeypatch):
        read_on(8)
    assert numbers == [1, 2, 3, 4, 5, 6, 7, 8]


def watches() -> bool:
    return any(each.name == f"seamline watcher {SHOP}" for each in threading.enumerate())


def test_a_service_is_watched_while_it_serves_and_its_death_holds_up_no_event(
    slow_poll: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "SEAMLINE_CONTROL", True)
    port = free_port()
    sample.host(subscription())
    with service_at(monkeypatch, f"http://127.0.0.1:{port}"):
        start_dispatcher()
        assert not watches()
        with feed_server(port) as service:
            place(SHOP)
            assert watches()
            sell(1)
            wait_until(lambda: effects() == [1], seconds=20)
            kill(service)
            sell(2)
            wait_until(lambda: effects() == [1, 2], seconds=20)
        place()
        wait_until(lambda: not watches(), seconds=20)
