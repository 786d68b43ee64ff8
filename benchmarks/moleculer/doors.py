"""The front doors: ours and moleculer-web, one answer and three composed ones, measured by ``wrk`` in turn.

moleculer-web calls a service over its own TCP transporter, as it is meant to, and, to stand before the same backend as
ours, an HTTP server too.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks import gateway
from benchmarks.moleculer.peer import running
from seamline.embedded.ports import free_port

Asked = dict[str, tuple[int, int, str]]
"""Port, process and path, by name."""
SLOW = ("slow-parallel", "slow-turn")


@contextmanager
def doors(folder: Path | None, logs: Path) -> Iterator[Asked]:
    """All doors, started; ended with the block."""
    with ExitStack() as stack:
        backend, port = free_port(), free_port()
        granian = [sys.executable, "-m", "granian", "--interface", "rsgi", "--port", str(backend), "--workers", "1"]
        granian += ["--log-level", "error", "benchmarks.gateway_backend:application"]
        stack.enter_context(gateway.running(granian, backend, environment={}, log=logs / "backend.txt"))
        environment = {
            "DJANGO_SETTINGS_MODULE": "benchmarks.moleculer.settings",
            "SEAMLINE_REGISTRY": f"static:storefront=http://127.0.0.1:{backend}",
            "SEAMLINE_GATEWAY_RATE": "1000000000/minute",
            "DEBUG": "false",
        }
        command = [sys.executable, "manage.py", "gateway", "--port", str(port)]
        pid = stack.enter_context(gateway.running(command, port, environment=environment, log=logs / "gateway.txt"))
        asked: Asked = {
            "seamline: one answer": (port, pid, "/api/v1/x/y/"),
            "seamline: three in parallel": (port, pid, "/pages/parallel"),
            "seamline: three in turn": (port, pid, "/pages/turn"),
            **{f"seamline: {name}": (port, pid, f"/pages/{name}") for name in SLOW},
        }
        for kind in ("bare", "guarded"):
            if folder is None:
                break
            port = free_port()
            urls = f"127.0.0.1:{free_port()}/service,127.0.0.1:{free_port()}/door"
            _, door = stack.enter_context(
                running(folder, ("service.js", urls, kind), ("door.js", urls, kind, str(port), str(backend)))
            )
            name = f"moleculer-web, {kind}"
            asked |= {
                f"{name}: one answer": (port, door.pid, "/tcp"),
                f"{name}: three in parallel": (port, door.pid, "/pages/parallel"),
                f"{name}: three in turn": (port, door.pid, "/pages/turn"),
                f"{name}: one answer, our backend": (port, door.pid, "/backend"),
                f"{name}: three in parallel, our backend": (port, door.pid, "/pages/backend"),
                **{f"{name}: {each}": (port, door.pid, f"/pages/{each}") for each in SLOW},
            }
        yield asked


def measure(asked: Asked, *, rounds: int, seconds: int) -> dict[str, dict[str, float]]:
    """Medians: the door's processor time a request in microseconds and requests a second with 16 connections, and
    milliseconds with one connection.
    """
    seen: dict[str, list[dict[str, float]]] = {name: [] for name in asked}
    for _ in range(rounds):
        for name, (port, pid, path) in asked.items():
            gateway.load(port, connections=16, seconds=1, path=path)
            before = gateway.cpu_seconds(pid)
            busy = gateway.load(port, connections=16, seconds=seconds, path=path)
            cpu = gateway.cpu_seconds(pid) - before
            alone = gateway.load(port, connections=1, seconds=1, path=path)
            seen[name].append(
                {
                    "cpu_us": cpu * 1e6 / busy["requests"],
                    "per_second": busy["requests"] / seconds,
                    "p50_ms": alone["p50_ms"],
                    "p99_ms": alone["p99_ms"],
                }
            )
    return {
        name: {key: round(statistics.median(each[key] for each in figures), 3) for key in figures[0]}
        for name, figures in seen.items()
    }
