"""Instances that are killed, frozen and restarted while callers call: what it costs them, and for how long."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from seamline.calls import use
from seamline.calls.binding import rebound
from seamline.calls.remote import RemoteBinding
from seamline.contract import ContractError
from seamline.discovery import Balancer, Directory, Snapshot
from seamline.discovery.over_http import HttpRegistry
from seamline.discovery.registry import RegistryAway
from seamline.discovery.tests.instance_process import Whereabouts, instance
from seamline.testing import wait_until
from seamline.testing.live import live_deployable


@pytest.fixture
def hub(database: None) -> Iterator[str]:
    with live_deployable() as url:
        yield url


@pytest.fixture
def directory(hub: str) -> Iterator[Directory]:
    directory = Directory(HttpRegistry(url=hub, caller="whereabouts"))
    balancer = Balancer("whereabouts", directory.instances, suspect=directory.suspect)
    with rebound(Whereabouts, RemoteBinding(Whereabouts, balancer=balancer)):
        yield directory
    directory.stop()


class Callers:
    """Four threads that call all the time."""

    def __init__(self) -> None:
        self.answered: list[int] = []
        self.failed: list[str] = []
        self.slowest = 0.0
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._run) for _ in range(4)]

    def __enter__(self) -> Callers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stopping.wait(0.003):
            started = time.monotonic()
            try:
                self.answered.append(use(Whereabouts).pid())
            except ContractError as error:
                self.failed.append(str(error))
            self.slowest = max(self.slowest, time.monotonic() - started)

    def more(self, number: int) -> None:
        """Wait for so many further answers."""
        wanted = len(self.answered) + number
        wait_until(lambda: len(self.answered) >= wanted, seconds=15)


def known(directory: Directory) -> int:
    return len(directory.instances())


def test_killed_instance_loses_no_call_and_is_gone_everywhere_within_3_seconds(hub: str, directory: Directory) -> None:
    other = Directory(HttpRegistry(url=hub, caller="orders"))
    with ExitStack() as stack:
        victim = stack.enter_context(instance(hub))
        stack.enter_context(instance(hub))
        wait_until(lambda: known(directory) == known(other) == 2, seconds=10)
        with Callers() as callers:
            callers.more(100)
            assert len(set(callers.answered)) == 2
            os.killpg(victim.pid, signal.SIGKILL)
            killed = time.monotonic()
            wait_until(lambda: known(directory) == known(other) == 1, seconds=5)
            gone = time.monotonic() - killed
            callers.more(100)
        assert callers.failed == []
        assert gone < 3
        assert len(set(callers.answered[-50:])) == 1
    other.stop()


def test_frozen_instance_costs_its_first_callers_their_deadline_and_then_nobody(hub: str, directory: Directory) -> None:
    with ExitStack() as stack:
        victim = stack.enter_context(instance(hub))
        stack.enter_context(instance(hub))
        wait_until(lambda: known(directory) == 2, seconds=10)
        with Callers() as callers:
            callers.more(50)
            os.killpg(victim.pid, signal.SIGSTOP)
            wait_until(lambda: known(directory) == 1, seconds=5)
            failed = len(callers.failed)
            callers.more(100)
        # Each caller may have been caught once by the frozen one before its signs of life were missed.
        assert failed <= 3 * 4
        assert len(callers.failed) - failed <= 4
        assert callers.slowest < 1.5


def test_instance_that_is_restarted_loses_no_call(hub: str, directory: Directory) -> None:
    with ExitStack() as stack:
        first = stack.enter_context(instance(hub))
        stack.enter_context(instance(hub))
        wait_until(lambda: known(directory) == 2, seconds=10)
        with Callers() as callers:
            callers.more(50)
            os.kill(first.pid, signal.SIGTERM)
            first.wait(timeout=15)
            wait_until(lambda: known(directory) == 1, seconds=5)
            callers.more(50)
            stack.enter_context(instance(hub))
            wait_until(lambda: known(directory) == 2, seconds=10)
            callers.more(100)
        assert callers.failed == []


class Fickle(HttpRegistry):
    """A registry that is away whenever it is told to be."""

    away = False

    def watch(self, *, after: str, seconds: float) -> Snapshot:
        if self.away:
            raise RegistryAway("planted")
        return super().watch(after=after, seconds=min(seconds, 0.3))


def test_calls_go_on_while_the_registry_is_away(hub: str) -> None:
    registry = Fickle(url=hub, caller="whereabouts")
    directory = Directory(registry)
    with instance(hub):
        wait_until(lambda: known(directory) == 1, seconds=10)
        registry.away = True
        wait_until(lambda: directory.away_seconds > 0.5, seconds=10)
        with rebound(Whereabouts, RemoteBinding(Whereabouts, balancer=Balancer("whereabouts", directory.instances))):
            assert use(Whereabouts).pid() > 0
    directory.stop()
