"""The web server below ``manage.py up``: one that is killed comes back, one that cannot begin is told of."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from seamline.embedded.ports import free_port
from seamline.testing import wait_until


@contextmanager
def site(port: int, *, name: str = "application") -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "seamline.embedded.tests.small_site", str(port), name],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait(90)


def main_process(port: int) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
            return int(answer.read())
    except OSError:
        return 0


def test_web_server_that_is_killed_is_started_again_and_ends_with_the_command() -> None:
    port = free_port()
    with site(port) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "live\n"
        first = main_process(port)
        os.kill(first, signal.SIGKILL)
        second = wait_until(
            lambda: (now := main_process(port)) not in (0, first) and now, seconds=30, what="another web server"
        )
        assert process.poll() is None
    assert process.returncode == 0
    wait_until(lambda: not main_process(port), what="the end of the second")
    assert second


def test_web_server_that_cannot_begin_is_not_started_again_and_again() -> None:
    with site(free_port(), name="nothing_of_this_name") as process:
        assert process.wait(30) not in (0, None)
        assert process.stdout is not None
        assert "live" not in process.stdout.read()
