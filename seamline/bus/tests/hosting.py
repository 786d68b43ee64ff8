"""A worker or beat of the sample modules, as a process: ``python -m seamline.bus.tests.hosting worker``.

The same Celery application and arguments as ``manage.py worker`` gives, with the sample modules hosted instead.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from math import inf
from pathlib import Path
from typing import Any

from celery.signals import worker_ready
from django.db import OperationalError

from seamline.calls import current_call, remaining_seconds
from seamline.data import connection_for
from seamline.events import Delivery, Subscription
from seamline.events.tests import sample
from seamline.jobs import Job

PARTITIONS = 2


def subscription() -> Subscription:
    """Books each sale; by two at once, in small commits that take a moment, so that kills hit them."""
    return sample.subscription(handler=f"{__name__}:book", partitions=PARTITIONS, max_attempts=20)


def book(event: sample.Sold, delivery: Delivery[sample.Sold]) -> None:
    """Books the sale; what is called "flaky" fails at the first attempt."""
    sample.insert(event.item, event.number, delivery.attempt)
    if event.item == "slow":
        time.sleep(0.01)
    if event.item == "flaky" and delivery.attempt == 1:
        raise ValueError("flaky")


def tick() -> None:
    """A job that leaves a row, and takes long."""
    sample.insert("tick", 1)
    time.sleep(60)


def note_what_is_left(number: int) -> None:
    """A task: leaves what reached it of its sender, the seconds in tenths."""
    call = current_call()
    left = remaining_seconds()
    sample.insert("left", -1 if left == inf else round(left * 10), meta=call.origin.correlation_id)


def linger(number: int) -> None:
    """A task whose statement takes long."""
    try:
        with connection_for(sample.LEDGER).cursor() as cursor:
            cursor.execute("SELECT pg_sleep(20)")
    except OperationalError:
        sample.insert("cut off", number)


def tasks() -> tuple[Any, Any]:
    """The tasks of the sample's own, registered with this process's application."""
    from seamline.bus import application
    from seamline.bus.bounded import BoundedTask

    app = application()
    return (
        app.task(name="sample.note", base=BoundedTask)(note_what_is_left),
        app.task(name="sample.linger", base=BoundedTask)(linger),
    )


class Role:
    """A process that was started in a role."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process

    def children(self) -> list[int]:
        """The processes that a worker has forked, oldest first."""
        with suppress(OSError):
            return [
                int(pid)
                for pid in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
            ]
        return []

    def ready(self) -> None:
        """Wait until a worker takes tasks."""
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"ready\n", "The worker has ended; what it wrote is above."

    def end(self) -> int:
        """SIGTERM, as an operator does it; the exit code."""
        self.process.terminate()
        return self.process.wait(timeout=20)

    def kill(self) -> None:
        """SIGKILL to it and to what it has forked."""
        for pid in [self.process.pid, *self.children()]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(timeout=10)


@contextmanager
def role(name: str, *, environment: Mapping[str, str]) -> Iterator[Role]:
    """The process, until the end of the block; killed there if it still runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", "seamline.bus.tests.hosting", name],
        cwd=Path(__file__).parents[3],
        env={
            **environment, "SEAMLINE_MODULES": "catalog", "DJANGO_SETTINGS_MODULE": "project.settings",
            "EVENT_BUS": "celery", "SEAMLINE_SWEEP_MILLISECONDS": "250",
        },
        stdout=subprocess.PIPE,
    )  # fmt: skip
    started = Role(process)
    try:
        if name == "worker":
            started.ready()
        yield started
    finally:
        if process.poll() is None:
            started.kill()
        assert process.stdout is not None
        process.stdout.close()


def _tell(**kwargs: Any) -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()


def main(name: str) -> None:
    sample.process_setup()
    jobs = (Job(name=f"{sample.LEDGER}.tick", run=f"{__name__}:tick", every=60.0),)
    sample.host(subscription(), jobs=jobs if os.environ.get("SAMPLE_JOBS") else ())
    from seamline.bus import application

    tasks()
    worker_ready.connect(_tell, weak=False)
    arguments = ["--quiet", name, "--loglevel", "WARNING"]
    if name == "worker":
        arguments += ["--concurrency", os.environ.get("SAMPLE_CONCURRENCY", "2")]
        arguments += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    else:
        arguments += ["--pidfile", ""]
    application().start(arguments)


if __name__ == "__main__":
    main(sys.argv[1])
