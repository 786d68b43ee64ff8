"""Workers as processes: one that is killed comes back, those that cannot serve end everything, all end together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from seamline.testing.waiting import wait_until

PARENT = "import sys; from seamline.gateway.workers import Workers; raise SystemExit(Workers({commands!r}).run())"
SERVES = "import os, pathlib, sys, time; pathlib.Path(sys.argv[1], str(os.getpid())).touch(); time.sleep(60)"
FAILS = "raise SystemExit(7)"


@contextmanager
def parent(*commands: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", PARENT.format(commands=commands)], stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(10)


def alive(directory: Path) -> list[int]:
    """The workers that have started and run."""
    return [int(each.name) for each in directory.iterdir() if Path("/proc", each.name).exists()]


def test_worker_that_is_killed_comes_back_and_all_end_together(tmp_path: Path) -> None:
    serves = [sys.executable, "-c", SERVES, str(tmp_path)]
    with parent(serves, serves) as process:
        first = wait_until(lambda: len(found := alive(tmp_path)) == 2 and found, seconds=10, what="two workers")
        os.kill(first[0], signal.SIGKILL)
        wait_until(
            lambda: len(found := alive(tmp_path)) == 2 and first[0] not in found, seconds=10, what="another worker"
        )
        assert process.poll() is None
        process.terminate()
        process.wait(10)
        assert alive(tmp_path) == []


def test_workers_that_cannot_serve_end_everything_with_their_status(tmp_path: Path) -> None:
    serves, fails = [sys.executable, "-c", SERVES, str(tmp_path)], [sys.executable, "-c", FAILS]
    with parent(serves, fails) as process:
        assert process.wait(20) == 7
    assert alive(tmp_path) == []
