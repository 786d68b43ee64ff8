"""Who takes part: for each contender its processes, its place, and what it promises.

A ``Stand`` is a contender's processes of one round, ready and idle; they end with the block.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import psycopg

from benchmarks.events.child import HERE, Child
from benchmarks.events.servers import OURS, Place, Servers, empty
from benchmarks.events.tables import NUMBERS
from benchmarks.events.usage import processor_seconds

PROGRAMS = "benchmarks.events.contenders"
PUBLISHERS = 2
WORKERS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """One way to get from a committed business row to a committed effect."""

    name: str
    promise: str
    program: str
    ours: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)
    workers: tuple[tuple[str, ...], ...] = ()
    """Arguments of Python for each worker process; none where the publishers' processes deliver."""
    worker_environment: Mapping[str, str] = field(default_factory=dict)
    """For the workers on top."""
    prepare: tuple[str, ...] = ()
    """Arguments of Python that make its tables, once a run."""
    backlog: bool = True
    """Whether it can be asked to deliver a backlog alone."""


_EACH = {"BENCH_HANDLER": "each"}
_BATCH = {"BENCH_HANDLER": "batch"}
_HERE = {"BENCH_DISPATCH": "yes"}
EXACT = "exactly once, in order by key"

_CELERY_WORKER = (
    *("-W", "ignore::UserWarning", "-m", "celery", "--app", f"{PROGRAMS}.celery_tasks", "worker", "--pool", "prefork"),
    *("--concurrency", str(WORKERS), "--loglevel", "error"),
    *("--without-gossip", "--without-mingle", "--without-heartbeat"),
)

CONTENDERS = (
    Contender(
        name="floor",
        promise="nothing: a rolled back transaction stops it",
        program="raw",
        workers=(("-m", f"{PROGRAMS}.raw", "deliver"),),
    ),
    Contender(
        name="ours, one by one",
        promise=EXACT,
        program="ours",
        ours=True,
        environment={**_EACH, **_HERE},
    ),
    Contender(
        name="ours, batch",
        promise=EXACT,
        program="ours",
        ours=True,
        environment={**_BATCH, **_HERE},
    ),
    Contender(
        name="ours, another process",
        promise=EXACT,
        program="ours",
        ours=True,
        environment=_HERE,
        workers=(("-m", f"{PROGRAMS}.ours"),),
        worker_environment=_BATCH,
    ),
    *(
        Contender(
            name=f"ours over Celery, {name}",
            promise=EXACT,
            program="ours",
            ours=True,
            environment={**handler, "EVENT_BUS": "celery"},
            workers=(("-m", f"{PROGRAMS}.ours_bus", "worker"), ("-m", f"{PROGRAMS}.ours_bus", "beat")),
        )
        for name, handler in (("one by one", _EACH), ("batch", _BATCH))
    ),
    Contender(
        name="plain Celery",
        promise="may lose between commit and send, may double, no order",
        program="celery_tasks",
        workers=(_CELERY_WORKER,),
    ),
    Contender(
        name="procrastinate",
        promise="at least once after a manual sweep, no order",
        program="procrastinate_jobs",
        workers=(("-m", f"{PROGRAMS}.procrastinate_jobs", "work"),) * WORKERS,
        prepare=("-m", f"{PROGRAMS}.procrastinate_jobs", "prepare"),
    ),
    Contender(
        name="modupy",
        promise="at least once, no order",
        program="modupy_outbox",
        prepare=("-m", f"{PROGRAMS}.modupy_outbox", "prepare"),
        backlog=False,
    ),
)


@dataclass(slots=True)
class Stand:
    """The processes of one contender in one round."""

    place: Place
    publishers: list[Child]
    workers: list[Child]
    servers: tuple[int, ...]
    start_workers: Callable[[], None]

    def processor_seconds(self) -> float:
        """What the contender's processes and both servers have used so far."""
        return processor_seconds([*self.servers, *(child.pid for child in (*self.publishers, *self.workers))])

    def publish(self, command: str, *numbers: int) -> None:
        """Give each publisher the command with the first number of its own range, and wait for all."""
        for index, child in enumerate(self.publishers):
            child.send(command, index * NUMBERS, *numbers)
        for child in self.publishers:
            child.wait()


class Field:
    """All contenders of a run, on its servers.

    :param modupy_python: an interpreter that has ``modupy[postgres]``.
    """

    def __init__(self, servers: Servers, *, modupy_python: str) -> None:
        self._servers = servers
        self._modupy_python = modupy_python

    def missing(self, contender: Contender) -> str:
        """Why the contender cannot take part; empty if it can."""
        if contender.program != "modupy_outbox":
            return ""
        probe = [self._modupy_python, "-c", "import modulith, sqlalchemy, asyncpg, alembic, psycopg"]
        if subprocess.run(probe, check=False, stderr=subprocess.DEVNULL).returncode:
            return f"{self._modupy_python} has no modupy[postgres]: name one that has with --modupy-python"
        return ""

    def prepare(self, contender: Contender) -> None:
        """Make the tables that the contender brings."""
        if contender.prepare:
            subprocess.run(
                [self._python(contender), *contender.prepare],
                env={**os.environ, **self._environment(contender)},
                cwd=HERE.parents[1],
                check=True,
                stdout=subprocess.DEVNULL,
            )

    def place(self, contender: Contender) -> Place:
        """Where its tables are."""
        return self._servers.ours if contender.ours else self._servers.peers

    def forget_effects(self, place: Place) -> None:
        """Take out the rows of the events that warmed a contender up."""
        with psycopg.connect(place.url, autocommit=True) as connection:
            connection.execute(f"DELETE FROM {place.effect}")  # type: ignore[arg-type]

    @contextmanager
    def stand(self, contender: Contender, *, publishers: int = PUBLISHERS, working: bool = True) -> Iterator[Stand]:
        """Empty the tables and start the contender's processes; they end with the block.

        :param working: whether workers run from the start; else ``start_workers`` starts them.
        """
        empty(self.place(contender))
        environment = self._environment(contender)
        if not working:
            environment.pop("BENCH_DISPATCH", None)
        with ExitStack() as stack:

            def start(arguments: tuple[str, ...], more: Mapping[str, str], *, obeys: bool) -> Child:
                everything = {**environment, **more}
                child = Child(arguments, environment=everything, python=self._python(contender), obeys=obeys)
                return stack.enter_context(child)

            def start_workers() -> None:
                if not contender.workers:
                    for child in children:
                        child.send("dispatch")
                        child.wait()
                    return
                more = {**contender.environment, **contender.worker_environment}
                workers.extend(start(arguments, more, obeys=False) for arguments in contender.workers)
                for child in workers:
                    child.wait("ready", timeout=60)

            workers: list[Child] = []
            if working and contender.workers:
                start_workers()
            program = ("-m", f"{PROGRAMS}.{contender.program}", "publish")
            children = [start(program, {}, obeys=True) for _ in range(publishers)]
            for child in children:
                child.wait("ready", timeout=60)
            yield Stand(
                place=self.place(contender),
                publishers=children,
                workers=workers,
                servers=self._servers.pids,
                start_workers=start_workers,
            )

    def _environment(self, contender: Contender) -> dict[str, str]:
        return {**self._servers.environment, **contender.environment, **(OURS if contender.ours else {})}

    def _python(self, contender: Contender) -> str:
        return self._modupy_python if contender.program == "modupy_outbox" else sys.executable
