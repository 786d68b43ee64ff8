"""The sample publisher as a deployable of its own, for tests of the feed: a WSGI application, and how to start it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from seamline.testing.waiting import wait_until


@contextmanager
def feed_server(port: int, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """Serve the sample shop's log with granian until the block ends; killed with SIGKILL, if not before."""
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    started = subprocess.Popen(
        [*command, "--blocking-threads", "8", "--log-level", "error", f"{__name__}:application"],
        cwd=Path(__file__).parents[3],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "project.settings", "SEAMLINE_FEED_SERVER": "1", **environment},
        start_new_session=True,
    )
    try:
        wait_until(lambda: _answers(port), seconds=20, what="the feed's server")
        yield started
    finally:
        kill(started)


def kill(started: subprocess.Popen[bytes]) -> None:
    """SIGKILL for the server and its workers."""
    if started.poll() is None:
        os.killpg(started.pid, signal.SIGKILL)
        started.wait(timeout=10)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _application() -> Any:
    from seamline.events.tests import sample

    sample.process_setup()
    from django.core.wsgi import get_wsgi_application

    from seamline.events import start_dispatcher
    from seamline.modules import Module, registry

    registry._HOSTED.clear()
    registry.register(Module(name=sample.SHOP, owner="tests", contract=sample.Shop))
    start_dispatcher()
    return get_wsgi_application()


if os.environ.get("SEAMLINE_FEED_SERVER"):
    application = _application()
