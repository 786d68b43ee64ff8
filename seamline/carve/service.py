"""The service process of a carved module where carve runs it itself: on this machine, in a session of its own.

Anywhere else the process is started by whoever runs processes there, with the environment that ``environment_of``
gives. This file may not know where data are.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from seamline.carve.book import Book, Entry, Service
from seamline.carve.move.errors import MoveRefused
from seamline.embedded.serving import answers
from seamline.split.places import port_beside

PATIENCE = 90.0
POLL = 0.1
FIRST_PORT = 8100


def environment_of(entry: Entry, *, hub: str, url: str, root: Path) -> dict[str, str]:
    """What makes a process the module's service. Passwords are in it only where the target is no embedded server.

    :param hub: where the monolith answers.
    :param url: where the service is to be reached.
    """
    embedded = entry.target.embedded
    return {
        "SEAMLINE_MODULES": entry.module,
        "SEAMLINE_SPLIT": "",
        "SEAMLINE_POSTGRES": embedded or "",
        "DATABASE_URL": "" if embedded is not None else entry.target.resolved(root),
        "SEAMLINE_REGISTRY": hub,
        "SEAMLINE_ADVERTISE": url,
        "EVENT_BUS": "thread",
    }


def start_service(entry: Entry, *, book: Book, hub: str) -> Service:
    """Start it, unless it runs; it lives on when this process ends.

    :raises MoveRefused: it does not answer in time.
    """
    if entry.service is not None and is_running(entry.service):
        return entry.service
    port = entry.service.port if entry.service is not None and entry.service.port else port_beside(FIRST_PORT)
    url = f"http://127.0.0.1:{port}"
    log = book.log(entry.module)
    log.parent.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, **environment_of(entry, hub=hub, url=url, root=book.root)}
    for name in [name for name in environment if name.endswith("_DATABASE_URL")]:
        del environment[name]
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, str(book.root / "manage.py"), "up", "--port", str(port)],
            env=environment,
            cwd=book.root,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    deadline = time.monotonic() + PATIENCE
    while not answers("127.0.0.1", port, path="/health/ready", status=200):
        if process.poll() is not None or time.monotonic() > deadline:
            raise MoveRefused(f"The service of {entry.module!r} does not answer at {url}: {log} says why.")
        time.sleep(POLL)
    return Service(runs="here", port=port, pid=process.pid)


def stop_service(service: Service) -> None:
    """End it in order: it drains, then leaves."""
    if service.runs != "here" or not is_running(service):
        return
    with suppress(ProcessLookupError):
        os.kill(service.pid, signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE
    while is_running(service):
        if time.monotonic() > deadline:
            with suppress(ProcessLookupError):
                os.killpg(service.pid, signal.SIGKILL)
            return
        time.sleep(POLL)


def is_running(service: Service) -> bool:
    """Whether its process is there, and is ours: a number may have gone to another process since."""
    with suppress(ChildProcessError):
        os.waitpid(service.pid, os.WNOHANG)  # it may be a child of this very process
    try:
        words = Path(f"/proc/{service.pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return b"manage.py" in words
