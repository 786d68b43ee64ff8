"""This test session as a hub that follows placements, and a service of one module beside it on the same database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.servers.basehttp import ThreadedWSGIServer
from django.db import connections

from project.wsgi import application  # loaded while the session is no hub: else it would begin an exchange of its own
from seamline.calls.binding import Binding, route_of
from seamline.contract import Contract, Operation
from seamline.control.applying import Applied
from seamline.control.exchange import Exchange
from seamline.control.table import TableBoard
from seamline.discovery import announce, balancer_for, directory
from seamline.embedded.ports import free_port
from seamline.embedded.serving import answers
from seamline.placement.await_everywhere import await_everywhere
from seamline.placement.following import start_placement, stop_placement
from seamline.placement.place_service import place_service
from seamline.placement.reaching import balancer_at_service
from seamline.placement.values import Serves
from seamline.testing.hosting import QuietHandler
from seamline.testing.waiting import wait_until


class Counted:
    """A binding that counts what goes through it."""

    def __init__(self, binding: Binding) -> None:
        self.binding = binding
        self.calls = 0

    def invoke(self, operation: Operation, arguments: dict[str, Any], deadline: float, idempotency_key: str) -> Any:
        self.calls += 1
        return self.binding.invoke(operation, arguments, deadline, idempotency_key)


@contextmanager
def counted(contract: type[Contract]) -> Iterator[Counted]:
    """Count the calls of the contract that this process answers itself."""
    route = route_of(contract)
    before = route.binding
    route.binding = counting = Counted(before)
    try:
        yield counting
    finally:
        route.binding = before


@contextmanager
def hub() -> Iterator[str]:
    """Follow placements, be listed, and serve at the address that is yielded; ``SEAMLINE_CONTROL`` must be on."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), QuietHandler)
    server.set_app(application)
    address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    start_placement()
    settings.SEAMLINE_ADVERTISE = address
    presence = announce()
    assert presence is not None
    exchange = Exchange(
        TableBoard(), process="the hub", host="here", deployable="hub", applied=Applied(faults_allowed=False)
    )
    exchange.start()
    try:
        yield address
    finally:
        settings.SEAMLINE_ADVERTISE = ""
        exchange.stop()
        presence.stop()
        directory().stop()
        for each in (directory, balancer_for, balancer_at_service):
            each.cache_clear()
        stop_placement()
        server.shutdown()
        server.server_close()


def place(module: str, serves: Serves) -> None:
    """Place it, and wait until all processes have that in force."""
    placed = place_service(module, serves=serves, reason="a test", actor="operator:test")
    await_everywhere(module, epoch=placed.epoch, timeout=30)


class Service:
    """A process that hosts one module on the session's database."""

    def __init__(self, module: str, *, hub: str) -> None:
        self.module, self.port = module, free_port()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "seamline.testing.hosting", str(self.port)],
            env={
                **os.environ,
                "SEAMLINE_MODULES": module,
                "SEAMLINE_REGISTRY": hub,
                "SEAMLINE_ADVERTISE": f"http://127.0.0.1:{self.port}",
                "LOG_LEVEL": "ERROR",
            },
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    def wait(self) -> None:
        """Return when it answers and the hub has heard of it."""

        def ready() -> bool:
            assert self._process.poll() is None, "The service has ended: see above."
            return answers("127.0.0.1", self.port, path="/health/ready", status=200)

        wait_until(ready, seconds=90, every=0.1, what="the service")
        wait_until(lambda: balancer_at_service(self.module).size, seconds=30, what="the service in the directory")

    def signal(self, number: signal.Signals) -> None:
        os.killpg(self._process.pid, number)

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()


class Load:
    """Threads that call again and again until the block ends; an error of any is raised there."""

    def __init__(self, work: Callable[[int], None], *, threads: int) -> None:
        self.done = 0
        self._work, self._errors, self._stopping = work, list[BaseException](), threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._run, args=(index,)) for index in range(threads)]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(60)
        if exception[0] is None and self._errors:
            raise AssertionError(f"{len(self._errors)} callers saw an error") from self._errors[0]

    def more(self, count: int) -> None:
        """Wait for so many further calls."""
        wanted = self.done + count
        wait_until(lambda: self.done >= wanted or self._errors, seconds=60, what=f"{count} calls")

    def _run(self, index: int) -> None:
        try:
            while not self._stopping.is_set():
                self._work(index)
                with self._lock:
                    self.done += 1
        except BaseException as error:
            self._errors.append(error)
        finally:
            connections.close_all()
