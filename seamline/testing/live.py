"""The whole deployable on a free port, with its dispatcher, for tests that go through real sockets and browsers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test.testcases import LiveServerThread

from seamline.testing.split import dispatchers


@contextmanager
def live_deployable() -> Iterator[str]:
    """Serve until the block ends; yields the base URL."""
    server = LiveServerThread("127.0.0.1", static_handler=StaticFilesHandler, port=0)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    try:
        with dispatchers():
            yield f"http://127.0.0.1:{server.port}"
    finally:
        server.terminate()
