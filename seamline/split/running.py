"""Runs all deployables of a plan on this machine: servers, tables, processes, data; and ends them in order.

Each is a process of its own with an environment of its own. Whatever dies is started again. This file may not know a
module, nor read Django's settings: those of this process are nobody's.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from seamline.embedded import EmbeddedServer, default_server
from seamline.embedded.serving import answers, serving_command
from seamline.embedded.supervising import Program, Server, supervised
from seamline.split.places import Place, environment_of

PATIENCE = 120.0
"""Seconds for all deployables to answer."""
POLL = 0.1
WORKERS, DOOR, HUB, OTHERS = range(4)
"""Stages in which all ends: who calls others ends before them."""


class SplitFailed(Exception):
    """A deployable could not be prepared or does not answer; the text says which, and where its reason stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """How the deployables of a plan are run.

    :param application: ``package.module:name`` of the web server's application.
    :param door_port: where a gateway listens in front of all of them; 0 for none: the hub itself is the door.
    :param environment: for all of them, over that of this process.
    """

    places: tuple[Place, ...]
    root: Path
    application: str
    host: str = "127.0.0.1"
    workers: int = 1
    threads: int = 8
    bus: str = "thread"
    door_port: int = 0
    environment: Mapping[str, str] = field(default_factory=dict)
    say: Callable[[str], None] = print

    @contextmanager
    def servers(self) -> Iterator[dict[str, Server]]:
        """The embedded servers, by name, running; those that this started are stopped again.

        :raises EmbeddedServerError: one cannot be started.
        """
        wanted = {
            f"PostgreSQL of {place.name}": default_server(self.root, name=place.server_name)
            for place in self.places
            if not place.database_url
        }
        with ExitStack() as stack:

            def start(server: EmbeddedServer) -> None:
                if server.ensure_running():
                    stack.callback(server.stop)

            with ThreadPoolExecutor(max_workers=4) as pool:
                list(pool.map(start, wanted.values()))
            yield dict(wanted)

    def prepare(self) -> None:
        """Roles, schemas and tables of every deployable.

        :raises SplitFailed: one refuses; what it wrote is on standard error.
        """
        began = time.monotonic()
        with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
            codes = list(pool.map(lambda place: self._run(place, "up", "--no-serve", quiet=True), self.places))
        if failed := [place.name for place, code in zip(self.places, codes, strict=True) if code]:
            raise SplitFailed(f"{', '.join(failed)} could not be prepared; what was written is above.")
        self.say(f"Databases of {len(self.places)} processes: ready ({time.monotonic() - began:.1f} s)")

    def programs(self) -> dict[str, Program]:
        """What is to run, by name."""
        found = {}
        manage = [sys.executable, str(self.root / "manage.py")]
        for place in self.places:
            environment = {**self.environment_of(place), "SEAMLINE_THREADS": str(self.threads)}
            command = serving_command(
                application=self.application,
                host=self.host if place.deployable.is_hub and not self.door_port else "127.0.0.1",
                port=place.port,
                workers=self.workers,
                threads=self.threads,
            )
            stage = HUB if place.deployable.is_hub else OTHERS
            found[place.name] = Program(command=command, environment=environment, stage=stage)
            if self.bus == "celery":
                for name in ("worker", "beat"):
                    found[f"{place.name} {name}"] = Program(
                        command=[*manage, name], environment=environment, stage=WORKERS
                    )
        if self.door_port:
            hub = self.places[0]
            environment = {**self.environment_of(hub), "SEAMLINE_REGISTRY": hub.url, "SEAMLINE_ADVERTISE": ""}
            command = [*manage, "gateway", "--host", self.host, "--port", str(self.door_port)]
            found["gateway"] = Program(command=command, environment=environment, stage=DOOR)
        return found

    @contextmanager
    def serving(self, *, servers: Mapping[str, Server], brokers: Mapping[str, Server]) -> Iterator[None]:
        """Run all programs until the block ends; it begins when every deployable answers.

        :raises SplitFailed: one does not.
        """
        with supervised(self.programs(), servers={**servers, **brokers}):
            self._await_all()
            yield

    def load(self, commands: Sequence[str]) -> None:
        """Run the start commands where the hub is, now that whoever they call answers.

        :raises SplitFailed: one fails; what it wrote is on standard error.
        """
        hub = self.places[0]
        for command in commands:
            if self._run(hub, command):
                raise SplitFailed(f"'manage.py {command}' failed at the hub; what it wrote is above.")

    def environment_of(self, place: Place) -> dict[str, str]:
        """What the processes of one deployable have over the environment of this process."""
        return {**self.environment, **environment_of(place, places=self.places)}

    def _await_all(self) -> None:
        deadline = time.monotonic() + PATIENCE
        waiting = {place.name: place.port for place in self.places}
        if self.door_port:
            waiting["gateway"] = self.door_port
        while waiting := {name: port for name, port in waiting.items() if not _is_ready(port)}:
            if time.monotonic() > deadline:
                names = ", ".join(waiting)
                raise SplitFailed(f"{names}: no answer after {PATIENCE:.0f} s; what was written is above.")
            time.sleep(POLL)

    def _run(self, place: Place, *words: str, quiet: bool = False) -> int:
        # A session of its own, as Ctrl-C is ours to pass on; a run that is interrupted may be repeated.
        process = subprocess.Popen(
            [sys.executable, str(self.root / "manage.py"), *words],
            env={**os.environ, **self.environment_of(place)},
            stdout=subprocess.DEVNULL if quiet else None,
            start_new_session=True,
        )
        try:
            return process.wait()
        except BaseException:
            process.terminate()
            process.wait()
            raise


def _is_ready(port: int) -> bool:
    return answers("127.0.0.1", port, path="/health/ready", status=200)
