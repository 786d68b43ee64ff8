"""``manage.py up --split`` as a process of ours: where its parts are, which processes they are, how to kill one."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

import psycopg

from seamline.embedded import EmbeddedServer, default_server
from seamline.embedded.ports import free_port, is_free
from seamline.testing import wait_until
from tests.deployables import SECRET

PATIENCE = 90.0
_PLACE = re.compile(r"^  (?P<name>[a-z-]+) +http://127\.0\.0\.1:(?P<port>\d+)  \S", re.MULTILINE)


class SplitShop:
    """A context: the shop serves when it begins, and has ended in order when it ends."""

    def __init__(self, *, root: Path, split: str, port: int | None = None) -> None:
        self.root = root
        self.split = split
        self.port = port or free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.ports: dict[str, int] = {}
        self._log = root / "up.log"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "manage.py", "up", "--split", self.split, "--port", str(self.port), "--threads", "8"],
                cwd=self.root,
                env=environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            wait_until(self._welcomes, seconds=PATIENCE, every=0.1, what="the shop's welcome")
        except BaseException:
            self._end()
            raise
        self.ports = {name: int(port) for name, port in _PLACE.findall(self.said())}
        return self

    def __exit__(self, *exception: object) -> None:
        assert self._process is not None
        code = self._end()
        assert code == 0, self.said()
        assert all(is_free(port) for port in self.ports.values()), "a process is left"
        assert not [server for server in self.servers().values() if server.status().pid], "a PostgreSQL is left"

    def said(self) -> str:
        """What all its processes wrote."""
        return self._log.read_text(errors="replace")

    def servers(self) -> dict[str, EmbeddedServer]:
        """The PostgreSQL of each part."""
        names = ("", *(name for name in self.split.replace("+", "-").split(",")))
        return {name or "hub": default_server(self.root, name=name) for name in names}

    def rows(self, part: str, module: str, sql: str) -> list[tuple[Any, ...]]:
        """What the database of a part says, in the module's schema."""
        with psycopg.connect(self.servers()[part].url, options=f"-c search_path={module}") as connection:
            return connection.execute(sql).fetchall()

    def kill(self, part: str) -> None:
        """SIGKILL for the web server of a part, main process and worker alike."""
        leader = self.leader_of(part)
        os.killpg(leader, signal.SIGKILL)
        wait_until(lambda: self.leader_of(part, absent=0) != leader, what=f"the end of {part}")

    def kill_postgres(self, part: str) -> None:
        """SIGKILL for the main process of a part's PostgreSQL."""
        pid = self.servers()[part].status().pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)

    def leader_of(self, part: str, *, absent: int | None = None) -> int:
        """The main process of a part's web server; ``absent`` where none runs at the moment."""
        assert self._process is not None
        sought = f"--port\0{self.ports[part]}\0".encode()
        children = Path(f"/proc/{self._process.pid}/task").glob("*/children")
        for pid in (int(pid) for file in children for pid in file.read_text().split()):
            try:
                if sought in Path(f"/proc/{pid}/cmdline").read_bytes() + b"\0":
                    return pid
            except FileNotFoundError:
                continue
        assert absent is not None, f"{part} does not run"
        return absent

    def _welcomes(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.said()
        return "Ctrl-C stops everything." in self.said()

    def _end(self) -> int:
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        return self._process.wait(timeout=PATIENCE)


def environment(**further: str) -> dict[str, str]:
    """What a shop of ours is started with: nothing of this test session's."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("SEAMLINE_", "DATABASE_URL"))
    }
    return {
        **inherited,
        "SEAMLINE_SECRET": SECRET,
        "SEAMLINE_RETAIL_FILE": "demo",
        "SEAMLINE_API_RATE": "1000000/minute",
        "SEAMLINE_PURCHASE_RATE": "1000000/minute",
        "EVENT_BUS": "thread",
        "PYTHONUNBUFFERED": "1",
        **further,
    }
