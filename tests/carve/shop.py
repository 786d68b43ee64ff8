"""The running monolith as a process of ours, the carve's commands beside it, and what its databases say."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

import psycopg

from seamline.carve.book import Book
from seamline.embedded import EmbeddedServer, default_server
from seamline.embedded.ports import free_port
from seamline.testing import wait_until
from tests.split.shop import PATIENCE, environment

THREADS, POOL = "16", "20"
"""More than clients: while requests wait for a service, that service calls back, and needs a thread here."""


class CarvedShop:
    """A context: the whole shop serves from one process when it begins; all has ended when it ends."""

    def __init__(self, *, root: Path) -> None:
        self.root = root
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._log = root / "up.log"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.end()
        book = Book(self.root)
        for entry in book.entries():
            if entry.service is not None and entry.service.pid:
                os.killpg(entry.service.pid, signal.SIGKILL)
        for folder in (self.root / ".seamline").glob("postgres-*"):
            self.server(folder.name.removeprefix("postgres-")).stop()
        self.server().stop()

    def start(self) -> None:
        """Start the monolith and wait until it serves."""
        self._log.unlink(missing_ok=True)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "manage.py", "up", "--port", str(self.port), "--threads", THREADS],
                cwd=self.root,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_until(self._welcomes, seconds=PATIENCE, every=0.1, what="the shop's welcome")

    def end(self) -> None:
        """End the monolith in order."""
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        self._process.wait(timeout=PATIENCE)

    @property
    def environment(self) -> dict[str, str]:
        """Of all its commands."""
        return environment(SEAMLINE_POOL_SIZE=POOL)

    @property
    def web_process(self) -> int:
        """The web server's main process."""
        assert self._process is not None
        pid = _web_server_below(self._process.pid)
        assert pid, "the web server does not run"
        return pid

    def service_process(self, module: str) -> int:
        """The main process of the web server of a carved module's service; 0 where none runs."""
        entry = Book(self.root).read(module)
        if entry is None or entry.service is None or not entry.service.pid:
            return 0
        return _web_server_below(entry.service.pid)

    def said(self) -> str:
        """What the monolith wrote."""
        return self._log.read_text(errors="replace")

    def server(self, name: str = "") -> EmbeddedServer:
        """An embedded PostgreSQL of the installation."""
        return default_server(self.root, name=name)

    def command(self, *words: str) -> subprocess.Popen[str]:
        """A management command, started."""
        return subprocess.Popen(
            [sys.executable, "manage.py", *words],
            cwd=self.root,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def carve(self, *words: str, status: int = 0) -> Any:
        """What ``manage.py carve ... --format json`` answers."""
        return self.run("carve", *words, status=status)

    def run(self, *words: str, status: int = 0) -> Any:
        """What a management command answers in JSON."""
        process = self.command(*words, "--format", "json")
        out, said = process.communicate(timeout=PATIENCE)
        assert process.returncode == status, (words, process.returncode, out, said)
        return json.loads(out) if out.strip() else said

    def rows(self, module: str, sql: str, *, server: str = "") -> list[tuple[Any, ...]]:
        """What a server says, in the module's schema."""
        with psycopg.connect(self.server(server).url, options=f"-c search_path={module}") as connection:
            return connection.execute(sql).fetchall()

    def fill_shelves(self) -> None:
        """So much stock that no purchase can fail for want of it."""
        with psycopg.connect(self.server().url, options="-c search_path=inventory") as connection:
            connection.execute("UPDATE stock_item SET on_hand = on_hand + 100000")

    def _welcomes(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.said()
        return "Ctrl-C stops everything." in self.said()


def _web_server_below(parent: int) -> int:
    children = Path(f"/proc/{parent}/task").glob("*/children")
    for pid in (int(pid) for file in children for pid in file.read_text().split()):
        if b"granian" in Path(f"/proc/{pid}/cmdline").read_bytes():
            return pid
    return 0
