"""One behaviour of all registries that instances register with: the table, the table over HTTP, and Valkey."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from seamline.discovery import Instance, InstanceState
from seamline.discovery.over_http import HttpRegistry
from seamline.discovery.registry import Registry, RegistryAway
from seamline.discovery.table import TableRegistry
from seamline.discovery.valkey import ValkeyRegistry
from seamline.embedded.ports import free_port
from seamline.testing import wait_until
from seamline.testing.brokers import Broker, valkey
from seamline.testing.live import live_deployable

ONE = Instance(id="one", modules=("orders",), url="http://127.0.0.1:8001", group="orders", started_at=1.5)
TWO = Instance(id="two", modules=("orders", "payments"), url="http://127.0.0.1:8002")


@pytest.fixture(scope="module")
def broker() -> Iterator[Broker]:
    with valkey() as started:
        yield started


@pytest.fixture(params=["table", "http", "valkey"])
def registry(request: pytest.FixtureRequest, database: None, broker: Broker) -> Iterator[Registry]:
    if request.param == "table":
        yield TableRegistry()
    elif request.param == "valkey":
        yield ValkeyRegistry(url=broker.url)
        broker.flush()
    else:
        with live_deployable() as url:
            yield HttpRegistry(url=url, caller="orders")


def test_registered_instances_are_read_as_they_are(registry: Registry) -> None:
    registry.register(ONE)
    registry.register(TWO)
    assert registry.read().instances == (ONE, TWO)


def test_registering_again_replaces(registry: Registry) -> None:
    registry.register(ONE)
    moved = Instance(id="one", modules=("orders",), url="http://127.0.0.1:9")
    registry.register(moved)
    assert registry.read().instances == (moved,)


def test_instance_without_a_sign_of_life_is_gone_and_has_to_register_again(registry: Registry) -> None:
    registry.register(ONE, ttl=0.5)
    registry.register(TWO, ttl=30)
    wait_until(lambda: registry.read().instances == (TWO,), seconds=3)
    assert registry.heartbeat("one") is False
    registry.register(ONE)
    assert registry.heartbeat("one") is True


def test_sign_of_life_prolongs(registry: Registry) -> None:
    registry.register(ONE, ttl=0.6)
    for _ in range(4):
        time.sleep(0.3)
        assert registry.heartbeat("one", ttl=0.6)
    assert registry.read().instances == (ONE,)


def test_draining_and_leaving_are_seen(registry: Registry) -> None:
    registry.register(ONE)
    registry.drain("one")
    assert [each.state for each in registry.read().instances] == [InstanceState.DRAINING]
    registry.deregister("one")
    assert registry.read().instances == ()


def test_suspected_instance_is_gone_soon_unless_it_lives(registry: Registry) -> None:
    registry.register(ONE, ttl=30)
    registry.register(TWO, ttl=30)
    registry.suspect("one")
    registry.suspect("two")
    assert registry.heartbeat("two", ttl=30)
    wait_until(lambda: registry.read().instances == (TWO,), seconds=2)


def test_watch_answers_at_once_when_something_has_changed_already(registry: Registry) -> None:
    registry.register(ONE)
    started = time.monotonic()
    assert registry.watch(after="", seconds=5).instances == (ONE,)
    assert time.monotonic() - started < 1


def test_change_is_pushed_to_who_watches(registry: Registry) -> None:
    registry.register(ONE, ttl=30)
    revision = registry.read().revision
    found: list[float] = []

    def watch() -> None:
        snapshot = registry.watch(after=revision, seconds=5)
        if snapshot.instances == (ONE, TWO):
            found.append(time.monotonic())

    thread = threading.Thread(target=watch)
    thread.start()
    time.sleep(0.3)  # so that it watches already: what is measured is the push
    registered = time.monotonic()
    registry.register(TWO, ttl=30)
    thread.join(timeout=6)
    assert found
    assert found[0] - registered < 0.4


def test_watch_ends_after_its_time_with_what_there_is(registry: Registry) -> None:
    registry.register(ONE, ttl=30)
    started = time.monotonic()
    assert registry.watch(after=registry.read().revision, seconds=0.3).instances == (ONE,)
    assert 0.25 < time.monotonic() - started < 2


def test_revision_is_the_same_for_the_same_content(registry: Registry) -> None:
    registry.register(ONE)
    first = registry.read().revision
    registry.register(TWO)
    second = registry.read().revision
    registry.deregister("two")
    assert registry.read().revision == first != second


@pytest.mark.parametrize(
    "away",
    [
        HttpRegistry(url=f"http://127.0.0.1:{free_port()}", caller="orders"),
        ValkeyRegistry(url=f"redis://127.0.0.1:{free_port()}/0"),
    ],
)
def test_registry_that_cannot_be_reached_says_so(away: Registry) -> None:
    with pytest.raises(RegistryAway):
        away.read()
