"""An instance as a process of its own: a sample contract behind the real endpoint, present in a registry.

Served by granian as ``seamline.discovery.tests.instance_process:application``, found by ``SEAMLINE_REGISTRY``.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import django

from seamline.embedded.ports import free_port
from seamline.embedded.serving import answers, serving_command
from seamline.testing.waiting import wait_until

if __name__ != "__main__" and os.environ.get("SAMPLE_INSTANCE"):
    django.setup()

from seamline.calls.endpoint import with_internal_calls
from seamline.calls.local import LocalBinding
from seamline.contract import Contract, query
from seamline.discovery.instance import Instance
from seamline.discovery.presence import Presence


class Whereabouts(Contract, module="whereabouts", version="1.0"):
    @query(timeout=1.0)
    def pid(self, *, linger: float = 0.0) -> int:
        """The process that answers, after so many seconds."""


class WhereaboutsService(Whereabouts):
    def pid(self, *, linger: float = 0.0) -> int:
        import time

        time.sleep(linger)
        return os.getpid()


def _nothing_else(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Length", "0")])
    return (b"",)


if os.environ.get("SAMPLE_INSTANCE"):
    from seamline.discovery.over_http import HttpRegistry

    _binding = LocalBinding(WhereaboutsService())
    application = with_internal_calls(_nothing_else, hosted=lambda module: (Whereabouts, _binding))
    Presence(
        Instance(id=f"sample-{os.getpid()}", modules=("whereabouts",), url=os.environ["SEAMLINE_ADVERTISE"]),
        HttpRegistry(url=os.environ["SEAMLINE_REGISTRY"], caller="whereabouts"),
    ).start()


@contextmanager
def instance(hub: str, *, port: int | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """Run one until the block ends; the process may be killed, stopped or ended meanwhile."""
    port = port or free_port()
    command = serving_command(application=f"{__name__}:application", host="127.0.0.1", port=port, workers=1, threads=4)
    process = subprocess.Popen(
        command,
        env={
            **os.environ, "SAMPLE_INSTANCE": "1", "SEAMLINE_REGISTRY": hub, "SEAMLINE_MODULES": "catalog",
            "SEAMLINE_ADVERTISE": f"http://127.0.0.1:{port}", "DJANGO_SETTINGS_MODULE": "project.settings",
        },
        start_new_session=True,
        stderr=sys.stderr,
    )  # fmt: skip
    try:
        wait_until(lambda: answers("127.0.0.1", port, path="/"), seconds=20)
        yield process
    finally:
        end_group(process)


def end_group(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL for it and its workers, whatever state they are in."""
    import signal

    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait(timeout=10)
