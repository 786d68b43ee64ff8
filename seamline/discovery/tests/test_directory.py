"""What a process knows of instances while the registry answers, is away, has lost its memory, or names strangers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from seamline.discovery import Directory, Instance, Snapshot
from seamline.discovery.addresses import check_address, is_within, networks
from seamline.discovery.registry import RegistryAway, Silent
from seamline.discovery.remembered import remember, remembered
from seamline.discovery.revision import snapshot_of
from seamline.signing.places import WrongPlace
from seamline.testing import wait_until

ONE = Instance(id="one", modules=("orders",), url="http://127.0.0.1:8001")
TWO = Instance(id="two", modules=("orders",), url="http://127.0.0.1:8002")
OWN = networks("127.0.0.0/8,10.0.0.0/8,fc00::/7")


class Registry(Silent):
    """Answers what it is set to, and pushes each change."""

    def __init__(self, *known: Instance) -> None:
        self.known: tuple[Instance, ...] | None = known
        self._changed = threading.Condition()

    def set(self, *known: Instance) -> None:
        with self._changed:
            self.known = known
            self._changed.notify_all()

    def leave(self) -> None:
        with self._changed:
            self.known = None
            self._changed.notify_all()

    def read(self) -> Snapshot:
        if self.known is None:
            raise RegistryAway("planted")
        return snapshot_of(self.known)

    def watch(self, *, after: str, seconds: float) -> Snapshot:
        with self._changed:
            self._changed.wait_for(lambda: self.known is None or self.read().revision != after, timeout=seconds)
        return self.read()


@pytest.fixture
def made() -> Iterator[list[Directory]]:
    directories: list[Directory] = []
    yield directories
    for each in directories:
        each.stop()


def test_changes_arrive_without_being_asked_for(made: list[Directory]) -> None:
    registry = Registry(ONE)
    directory = Directory(registry)
    made.append(directory)
    heard = threading.Event()
    assert directory.instances() == (ONE,)
    directory.on_change(heard.set)
    registry.set(ONE, TWO)
    assert heard.wait(5)
    assert directory.instances() == (ONE, TWO)
    assert directory.instances() is directory.instances()


def test_registry_that_is_away_takes_nobody_along(made: list[Directory]) -> None:
    registry = Registry(ONE, TWO)
    directory = Directory(registry)
    made.append(directory)
    assert directory.instances() == (ONE, TWO)
    registry.leave()
    wait_until(lambda: directory.away_seconds > 0)
    assert directory.instances() == (ONE, TWO)


def test_registry_that_lost_its_memory_is_given_time_to_learn(
    made: list[Directory], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_module("seamline.discovery.directory"), "GRACE", 0.6)
    registry = Registry(ONE, TWO)
    directory = Directory(registry)
    made.append(directory)
    directory.instances()
    registry.leave()
    wait_until(lambda: directory.away_seconds > 0)
    registry.set(TWO)
    wait_until(lambda: directory.away_seconds == 0)
    assert set(directory.instances()) == {ONE, TWO}
    wait_until(lambda: directory.instances() == (TWO,), seconds=5)


def test_process_that_starts_while_the_registry_is_away_knows_what_was_remembered(
    made: list[Directory], tmp_path: Path
) -> None:
    memory = tmp_path / "instances.json"
    first = Directory(Registry(ONE), memory=memory)
    made.append(first)
    first.instances()
    away = Registry()
    away.leave()
    second = Directory(away, memory=memory)
    made.append(second)
    assert second.instances() == (ONE,)


def test_memory_that_cannot_be_read_is_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "instances.json"
    assert remembered(path).instances == ()
    path.write_text("{half")
    assert remembered(path).instances == ()
    remember(path, snapshot_of([ONE]))
    assert remembered(path).instances == (ONE,)


def test_instance_at_an_address_that_may_not_be_called_is_not_known(made: list[Directory]) -> None:
    stranger = Instance(id="evil", modules=("orders",), url="http://169.254.169.254")

    def permitted(url: str) -> bool:
        try:
            check_address(url, OWN)
        except WrongPlace:
            return False
        return True

    directory = Directory(Registry(ONE, stranger), permitted=permitted)
    made.append(directory)
    assert directory.instances() == (ONE,)


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254", "http://0.0.0.0:80", "http://224.0.0.1", "http://8.8.8.8", "ftp://127.0.0.1",
        "http://user@127.0.0.1", "http://127.0.0.1/admin", "http://127.0.0.1?x", "file:///etc/passwd", "127.0.0.1:80",
        "http://[::ffff:169.254.169.254]", "http://[fe80::1]", "http://2852039166", "http://0x08080808",
        "http://127.0.0.1\r\nHost: evil", "http://" + "a" * 600, "http://no-such-host.invalid",
    ],
)  # fmt: skip
def test_address_outside_the_installation_is_refused(url: str) -> None:
    with pytest.raises(WrongPlace):
        check_address(url, OWN)


def test_addresses_of_the_installation_are_taken() -> None:
    for url in ("http://127.0.0.1:8000", "https://10.1.2.3", "http://[fc00::1]:80", "http://localhost:8000"):
        if url != "http://localhost:8000" or is_within("::1", networks("::1/128")):
            check_address(url, (*OWN, *networks("::1/128")))


def test_networks_that_are_none_are_refused_with_an_example() -> None:
    with pytest.raises(WrongPlace, match=r"10\.0\.0\.0/8"):
        networks("10.0.0.0/8, everything")
