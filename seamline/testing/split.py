"""A test session over a split shop: some modules in processes and on servers of their own, the rest in the session.

The session is the hub: it serves calls and feeds of its modules to the others. What a test wants of a module, wherever
that lives, goes through the functions at the end; a test that cannot be put so says ``@pytest.mark.together``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import urllib3

from seamline.embedded.ports import free_port
from seamline.embedded.serving import answers
from seamline.split import Deployable, Plan, WrongSplit
from seamline.testing.database import TestServer
from seamline.testing.hosting import ORDERS, SECRET_HEADER, QuietHandler, run_here
from seamline.testing.roomy import RoomyServer
from seamline.testing.waiting import wait_until

PATIENCE = 90.0
ORDER_SECONDS = 60.0


class Process:
    """One deployable beside the session."""

    def __init__(self, deployable: Deployable, *, repository: Path | None = None) -> None:
        self.deployable = deployable
        self._repository = repository
        self.server = TestServer(name=deployable.name)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, environment: dict[str, str]) -> None:
        """Begin to start it; ``wait`` for the end of that."""
        environment = {
            **environment,
            "SEAMLINE_MODULES": ",".join(self.deployable.modules),
            "DATABASE_URL": self.server.start(),
            "LOG_LEVEL": environment.get("LOG_LEVEL", "ERROR"),
        }
        if self._repository is not None:
            environment["PYTHONPATH"] = str(self._repository)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "seamline.testing.hosting", str(self.port)],
            cwd=self._repository,
            env=environment,
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    def wait(self) -> None:
        """Return when it answers."""

        def ready() -> bool:
            assert self._process is not None
            assert self._process.poll() is None, f"The process of {self.deployable.name} has ended: see above."
            return answers("127.0.0.1", self.port, path="/health/ready", status=200)

        wait_until(ready, seconds=PATIENCE, every=0.1, what=f"the process of {self.deployable.name}")

    def order(self, what: str) -> Any:
        """Have it carry out an order of tests; what that answered.

        :raises AssertionError: it failed there.
        """
        answer = urllib3.request(
            "POST",
            f"{self.url}{ORDERS}{what}",
            headers={SECRET_HEADER: os.environ["SEAMLINE_SECRET"]},
            timeout=ORDER_SECONDS,
            retries=False,
        )
        assert answer.status == 200, f"{self.deployable.name} could not {what}: {answer.data.decode()}"
        return json.loads(answer.data)

    def stop(self) -> None:
        """End it and remove its database."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
        self.server.stop()


class SplitSession:
    """The processes beside a session, and the session's own web server."""

    def __init__(self, plan: Plan, *, extracted: Mapping[str, Path]) -> None:
        """:param extracted: the repositories of modules whose code is not here; they run from there.

        :raises WrongSplit: a process would need code of two repositories, or of one that is not there.
        """
        self.plan = plan
        self.processes = tuple(
            Process(deployable, repository=_repository_of(deployable.modules, extracted)) for deployable in plan.others
        )
        _repository_of(plan.hub.modules, extracted)
        self._port = free_port()
        self._web: RoomyServer | None = None

    def begin(self, environment: dict[str, str]) -> dict[str, str]:
        """Begin to start all processes; the variables that make the session the hub."""
        places = dict.fromkeys(self.plan.hub.modules, f"http://127.0.0.1:{self._port}")
        places |= {module: process.url for process in self.processes for module in process.deployable.modules}
        shared = {"SEAMLINE_REGISTRY": "static:" + ",".join(f"{name}={url}" for name, url in places.items())}
        for process in self.processes:
            process.start({**environment, **shared})
        return {**shared, "SEAMLINE_MODULES": ",".join(self.plan.hub.modules)}

    def serve(self) -> None:
        """Serve the session's own modules, and return when all others answer. Django is set up by now."""
        from django.conf import settings
        from django.utils.module_loading import import_string

        self._web = RoomyServer(("127.0.0.1", self._port), QuietHandler)
        self._web.set_app(import_string(settings.WSGI_APPLICATION))
        threading.Thread(target=self._web.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        for process in self.processes:
            process.wait()

    def empty(self) -> None:
        """Delete all rows of all modules of all processes."""
        for process in self.processes:
            process.server.empty()

    def stop(self) -> None:
        """End everything."""
        if self._web is not None:
            self._web.shutdown()
            self._web.server_close()
        for process in self.processes:
            process.stop()

    def process_of(self, module: str) -> Process:
        """The process that hosts the module.

        :raises LookupError: none does.
        """
        for process in self.processes:
            if module in process.deployable.modules:
                return process
        raise LookupError(f"No process of this session hosts {module!r}.")


session: SplitSession | None = None
"""This test session's, where it has one."""
hub_server: TestServer | None = None
"""The session's own."""


def lives_here(module: str) -> bool:
    """Whether the session itself hosts the module."""
    from seamline.modules import hosted_modules

    return any(each.name == module for each in hosted_modules())


def run_job(name: str) -> Any:
    """Run a module's job now, once, where the module lives."""
    module = name.partition(".")[0]
    if session is None or lives_here(module):
        return run_here(name)
    return session.process_of(module).order(f"jobs/{name}")


def drain_everywhere() -> int:
    """Deliver all events of all processes, until nothing is left; answers how many."""
    from seamline.events import drain

    total = 0
    while True:
        moved: int = drain() + sum(process.order("drain") for process in (session.processes if session else ()))
        total += moved
        if not moved or session is None:
            return total


def rows(module: str, sql: str) -> list[tuple[Any, ...]]:
    """What a module's own database says, wherever that is; what the statement changes is committed."""
    server = hub_server if session is None or lives_here(module) else session.process_of(module).server
    assert server is not None
    with psycopg.connect(server.admin_url, options=f"-c search_path={module}") as connection:
        return connection.execute(sql).fetchall()


@contextmanager
def dispatchers() -> Iterator[None]:
    """Deliver events and run jobs in all processes, in the background, until the block ends."""
    from seamline.events import start_dispatcher, stop_dispatcher

    with ExitStack() as stack:
        start_dispatcher()
        stack.callback(stop_dispatcher)
        for process in session.processes if session else ():
            process.order("dispatcher/start")
            stack.callback(process.order, "dispatcher/stop")
        yield


def module_names(root: Path) -> tuple[str, ...]:
    """The modules of the project, extracted ones as well, found before its settings can be read."""
    return tuple(sorted({*(file.parent.name for file in root.glob("modules/*/module.py")), *extracted_modules(root)}))


def extracted_modules(root: Path) -> dict[str, Path]:
    """Modules whose code left this repository, and the folders of theirs: ``[tool.seamline.extracted]``."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    told: dict[str, str] = project.get("tool", {}).get("seamline", {}).get("extracted", {})
    return {module: (root / folder).resolve() for module, folder in told.items()}


def _repository_of(modules: Sequence[str], extracted: Mapping[str, Path]) -> Path | None:
    places = {extracted.get(module) for module in modules}
    if len(places) > 1:
        away = ", ".join(module for module in modules if module in extracted)
        raise WrongSplit(f"{away} live in repositories of their own: give each a process of its own.")
    place = next(iter(places), None)
    if place is not None and not (place / "modules").is_dir():
        raise WrongSplit(f"{place} is not there, where the code of {', '.join(modules)} lives: check it out beside.")
    return place
