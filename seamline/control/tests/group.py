"""A host group of real processes for tests, and a wire between one of them and the database that can be cut."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from seamline.testing.waiting import wait_until


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How a member's breaker stands."""

    state: str
    reason: str
    fault: str
    away: float


class Member:
    """One process."""

    def __init__(self, *, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "seamline.control.tests.member"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=Path(__file__).parents[3],
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "project.settings",
                "SEAMLINE_CONTROL": "true",
                "SEAMLINE_FAULTS": "true",
                **environment,
            },
        )

    def ready(self) -> None:
        assert self._line() == "ready"

    def ask(self, line: str = "state") -> Answer:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        state, reason, fault, away = self._line().split("|")
        return Answer(state=state, reason=reason, fault=fault, away=float(away))

    def fail(self) -> Answer:
        """Call a sick callee until the breaker opens."""
        return self.ask("fail 6")

    def becomes(self, state: str, *, seconds: float = 5.0) -> Answer:
        """Wait until its breaker stands so."""
        return (
            wait_until(lambda: (found := self.ask()).state == state and found, seconds=seconds, what=state)
            or self.ask()
        )

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def end(self) -> None:
        with suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait(timeout=10)
        for stream in (self.process.stdin, self.process.stdout):
            assert stream is not None
            with suppress(BrokenPipeError):
                stream.close()

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()


@contextmanager
def members(count: int, **environment: str) -> Iterator[list[Member]]:
    """So many processes of one group."""
    with ExitStack() as stack:
        started = [Member(environment=environment) for _ in range(count)]
        for each in started:
            stack.callback(each.end)
        for each in started:
            each.ready()
        yield started


class Wire:
    """Carries connections to a server until it is cut."""

    def __init__(self, *, host: str, port: int) -> None:
        self._server, self._place = socket.create_server(("127.0.0.1", 0)), (host, port)
        self._open: list[socket.socket] = []
        self._is_cut = False
        threading.Thread(target=self._accept, daemon=True).start()

    def url(self, database_url: str) -> str:
        """The database's URL through this wire."""
        parts = urlsplit(database_url)
        login = parts.netloc.rpartition("@")[0]
        return urlunsplit(parts._replace(netloc=f"{login}@127.0.0.1:{self._server.getsockname()[1]}"))

    def cut(self) -> None:
        """End all connections, and take no more."""
        self._is_cut = True
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """Carry connections again."""
        self._is_cut = False

    def close(self) -> None:
        self.cut()
        self._server.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._server.accept()
                if self._is_cut:
                    client.close()
                    continue
                server = socket.create_connection(self._place)
                self._open += [client, server]
                for one, other in ((client, server), (server, client)):
                    threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    @staticmethod
    def _carry(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_RDWR)
