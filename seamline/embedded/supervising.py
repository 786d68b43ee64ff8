"""Processes of ``manage.py up``: started, started again when they die, ended with it, one stage after the other.

Embedded servers are only started again: whoever started them first ends them. Knows nothing of what they do.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Protocol

from seamline.embedded.errors import EmbeddedServerError
from seamline.embedded.server import ServerState, ServerStatus

POLL = 0.2
FIRST_REST, LONGEST_REST = 0.5, 30.0
STEADY = 60.0
"""Seconds after which a process that dies is started again without a long rest."""
PATIENCE = 20.0
"""Seconds for those of one stage to end what is at hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What a process runs."""

    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    """Over the environment of this process."""
    stage: int = 0
    """Those of a lower one end first: who calls others ends before them."""


class _Child:
    def __init__(self, name: str, program: Program) -> None:
        self.name = name
        self.program = program
        self._rest = FIRST_REST
        self._started_at = 0.0
        self._again_at = 0.0
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._started_at = time.monotonic()
        # In a session of its own, so that Ctrl-C in the terminal reaches us alone and the end is orderly.
        environment = {**os.environ, **self.program.environment}
        self.process = subprocess.Popen(self.program.command, env=environment, start_new_session=True)

    def look(self) -> None:
        """Start it again if it has died, with growing rests."""
        now = time.monotonic()
        if self.process is None:
            if now >= self._again_at:
                self.start()
        elif (code := self.process.poll()) is not None:
            if now - self._started_at > STEADY:
                self._rest = FIRST_REST
            print(f"{self.name} ended with {code}; starting it again in {self._rest:g} s.", file=sys.stderr)
            end_session(self.process.pid)
            self.process, self._again_at = None, now + self._rest
            self._rest = min(self._rest * 2, LONGEST_REST)


class Server(Protocol):
    """An embedded server: found by its directory, whoever started it."""

    def status(self) -> ServerStatus:
        """Whether it runs."""

    def ensure_running(self) -> bool:
        """Start it if it does not; whether this call did."""


class _Server:
    def __init__(self, name: str, server: Server) -> None:
        self.name = name
        self._server = server
        self._rest = FIRST_REST
        self._dead = False
        self._again_at = 0.0

    def look(self) -> None:
        """Start it again if it has died; not at first sight, for others may do so too, or be about to delete it."""
        now = time.monotonic()
        if now < self._again_at:
            return
        if self._server.status().state is not ServerState.STOPPED:
            self._dead, self._rest = False, FIRST_REST
            return
        if self._dead:
            try:
                if self._server.ensure_running():
                    print(f"{self.name} had ended and was started again.", file=sys.stderr)
                return
            except EmbeddedServerError as error:
                print(f"{self.name} has ended. {error}", file=sys.stderr)
                self._rest = min(self._rest * 2, LONGEST_REST)
        self._dead, self._again_at = True, now + self._rest


@contextmanager
def supervised(programs: Mapping[str, Program], *, servers: Mapping[str, Server] | None = None) -> Iterator[None]:
    """Run the programs, by name, until the block ends; then SIGTERM to all, and SIGKILL when patience ends.

    :param servers: embedded servers, by name, that run already and are started again when they die.
    """
    children = [_Child(name, program) for name, program in programs.items()]
    looked_after: list[_Server | _Child] = [_Server(name, server) for name, server in (servers or {}).items()]
    looked_after += children
    stopping = threading.Event()

    def supervise() -> None:
        while not stopping.wait(POLL):
            for each in looked_after:
                each.look()

    thread = threading.Thread(target=supervise, name="seamline supervisor", daemon=True)
    try:
        for child in children:
            child.start()
        thread.start()
        yield
    finally:
        stopping.set()
        if thread.is_alive():
            thread.join()
        for stage in sorted({child.program.stage for child in children}):
            _end([child.process for child in children if child.process is not None and child.program.stage == stage])


def _end(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        if process.poll() is None:
            process.terminate()
    end = time.monotonic() + PATIENCE
    for process in processes:
        try:
            process.wait(max(0.1, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        end_session(process.pid)


def end_session(leader: int) -> None:
    """What a process that has ended left running: its workers would keep its port."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
