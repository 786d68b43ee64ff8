"""Starting, talking to and killing the processes of ``crashing``."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def process(role: str, *, program: str = "seamline.events.tests.crashing") -> Iterator[subprocess.Popen[str]]:
    """The process in this role; killed with SIGKILL at the end of the block, if not before."""
    started = subprocess.Popen(
        [sys.executable, "-m", program, role],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "project.settings"},
    )
    try:
        yield started
    finally:
        kill(started)
        for stream in (started.stdin, started.stdout):
            if stream is not None:
                stream.close()


def kill(started: subprocess.Popen[str]) -> None:
    """SIGKILL, and wait for its end."""
    started.send_signal(signal.SIGKILL)
    started.wait(timeout=10)


def await_line(started: subprocess.Popen[str], line: str) -> None:
    """Wait until the process prints the line; a process that dies instead fails the test."""
    assert started.stdout is not None
    assert started.stdout.readline().strip() == line
