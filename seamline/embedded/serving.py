"""The web server as a child process of ``manage.py up``: start it, tell when it answers, end it whatever happens.

Knows nothing of what is served.
"""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Callable

from seamline.embedded.supervising import end_session

PATIENCE = 20.0
"""Seconds for running requests to finish when the server is told to end."""
REST = 0.5
"""Seconds until a server that was killed is started again."""


def serve(*, application: str, host: str, port: int, workers: int, threads: int, when_live: Callable[[], None]) -> int:
    """Serve a WSGI application with granian until it ends or this process is interrupted.

    One that has served and is killed, as a system short of memory does it, is started again.

    :param application: ``package.module:name``.
    :param when_live: called once, when the first request was answered.
    :returns: the server's exit code; 0 after an interruption.
    """
    command = serving_command(application=application, host=host, port=port, workers=workers, threads=threads)
    environment = {**os.environ, "SEAMLINE_THREADS": str(threads)}
    has_lived = False
    try:
        while True:
            # In a session of its own, so that Ctrl-C in the terminal reaches us alone and the end is orderly.
            child = subprocess.Popen(command, env=environment, start_new_session=True)
            try:
                if not has_lived and (has_lived := _await_life(child, host, port)):
                    when_live()
                code = child.wait()
            finally:
                _end(child)
                end_session(child.pid)
            if code >= 0 or not has_lived:
                return code
            print(f"The web server was ended by signal {-code}: starting it again.", file=sys.stderr)
            time.sleep(REST)
    except KeyboardInterrupt:
        return 0


def _await_life(child: subprocess.Popen[bytes], host: str, port: int) -> bool:
    while child.poll() is None:
        if answers(host, port):
            return True
        time.sleep(0.1)
    return False


def serving_command(*, application: str, host: str, port: int, workers: int, threads: int) -> list[str]:
    """The command line of the web server."""
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)]
    command += ["--workers", str(workers), "--blocking-threads", str(threads), "--log-level", "error"]
    return [*command, application]


def answers(host: str, port: int, *, path: str = "/health/live", status: int | None = None) -> bool:
    """Whether a web server answers there.

    :param status: with which; None for any.
    """
    local = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    connection = http.client.HTTPConnection(local, port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return status is None or answer.status == status


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is not None:
        return
    child.terminate()
    try:
        child.wait(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
