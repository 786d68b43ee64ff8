"""The shop as processes that can be killed: web servers, workers, beat, PostgreSQL and the broker, each started anew.

Whatever dies is started again at the same place. This file may not know what is bought or checked.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from seamline.embedded import EmbeddedServer
from seamline.embedded.ports import free_port
from seamline.testing import wait_until
from tests.soak.broker import broker_of

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30.0


@dataclass(kw_only=True)
class Role:
    """One process of the deployment, with all its children."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start it, unless it runs."""
        if self.process is not None and self.process.poll() is None:
            return
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )

    def kill(self) -> None:
        """SIGKILL for it and all its children."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                return
            finally:
                self.process.wait(timeout=PATIENCE)

    def end(self) -> None:
        """Ask it to end, and see to it."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()


class Supervisor(threading.Thread):
    """Starts whatever has ended again, as systemd or Kubernetes would."""

    def __init__(self, roles: dict[str, Role]) -> None:
        super().__init__(name="supervisor", daemon=True)
        self._roles = roles
        self._stopping = threading.Event()

    def run(self) -> None:
        while not self._stopping.wait(0.3):
            for role in self._roles.values():
                role.start()

    def stop(self) -> None:
        """Start nothing any more."""
        self._stopping.set()
        self.join()


class Deployment:
    """Two web servers and a worker; with Celery also beat and a broker. A context: leaves nothing running."""

    def __init__(self, *, folder: Path, bus: str, broker: str) -> None:
        self.folder = folder
        self.postgres = EmbeddedServer(directory=folder / "postgres", fast=True)
        self.ports = [free_port(), free_port()]
        self.roles: dict[str, Role] = {}
        self.skus: list[str] = []
        self._bus = bus
        self._wanted_broker = broker
        self._stack = ExitStack()
        self.broker: Any = None

    def __enter__(self) -> Self:
        self._stack.callback(self.postgres.destroy)
        self.postgres.ensure_running()
        environment = self._environment()
        result = subprocess.run(
            [sys.executable, "-m", "tests.soak.prepare", self.postgres.url],
            env=environment,
            cwd=ROOT,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.skus = json.loads(result.stdout.splitlines()[-1])
        if self._bus == "celery":
            self.broker = self._stack.enter_context(broker_of(self._wanted_broker))
            environment["CELERY_BROKER_URL"] = self.broker.url
        python = sys.executable
        serve = [python, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--blocking-threads", "4"]
        for number, port in enumerate(self.ports):
            self._add(
                f"web{number}",
                [*serve, "--port", str(port), "--log-level", "error", "project.wsgi:application"],
                environment,
            )
        self._add("worker", [python, "manage.py", "worker"], environment)
        if self._bus == "celery":
            self._add("beat", [python, "manage.py", "beat"], environment)
        for role in self.roles.values():
            self._stack.callback(role.end)
            role.start()
        supervisor = Supervisor(self.roles)
        supervisor.start()
        self._stack.callback(supervisor.stop)
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()

    def restart_postgres(self) -> None:
        """SIGKILL for the main process of PostgreSQL; recovery from its log follows."""
        pid = self.postgres.status().pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: self.postgres.status().pid != pid, what="the end of PostgreSQL")
        self.postgres.ensure_running()

    def logs(self) -> str:
        """The end of each role's log."""
        parts = [f"--- {role.name}\n{role.log.read_text(errors='replace')[-3000:]}" for role in self.roles.values()]
        return "\n".join(parts)

    def _add(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        log = self.folder / f"{name}.log"
        self.roles[name] = Role(name=name, command=command, environment=environment, log=log)

    def _environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("SEAMLINE_")}
        return {
            **inherited,
            "DJANGO_SETTINGS_MODULE": "tests.soak.settings",
            "DATABASE_URL": self.postgres.url,
            "SEAMLINE_SECRET": "the secret of this soak alone",
            "EVENT_BUS": self._bus,
            "DEBUG": "false",
            "PYTHONPATH": str(ROOT),
            "SEAMLINE_API_RATE": "10000000/minute",
            "SEAMLINE_LOGIN_RATE": "10000000/minute",
            "SEAMLINE_PURCHASE_RATE": "10000000/minute",
        }
