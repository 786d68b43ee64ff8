"""``python -m benchmarks.door_servers``: uvicorn and granian as servers of one streaming proxy, before one backend.

The proxies of ``benchmarks.door_proxies`` share all but their interface, and both servers run uvloop with one worker;
``bare door`` is uvicorn under the gateway's own bounded protocol. Prints the processor time of a request, medians.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from benchmarks import gateway
from seamline.embedded.ports import free_port


def measure(*, rounds: int, seconds: int) -> dict[str, dict[str, float]]:
    """Figures by server, as ``benchmarks.gateway.measure`` gives them."""
    commands = {
        "uvicorn": "-m uvicorn --http httptools --loop uvloop --no-access-log --lifespan off "
        "benchmarks.door_proxies:asgi",
        "bare door": "-m benchmarks.door_servers --serve",
        "granian RSGI": "-m granian --interface rsgi --loop uvloop --workers 1 benchmarks.door_proxies:rsgi",
    }
    with ExitStack() as stack:
        logs = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="seamline-bench-")))
        backend = free_port()
        command = [sys.executable, "-m", "granian", "--interface", "rsgi", "--workers", "1", "--log-level", "error"]
        command += ["--port", str(backend), "benchmarks.gateway_backend:application"]
        pid = stack.enter_context(gateway.running(command, backend, environment={}, log=logs / "backend.txt"))
        servers = {"direct": (backend, pid)}
        for name, words in commands.items():
            port = free_port()
            level = ["--log-level", "error"] if "--serve" not in words else []
            port_words = ["--serve", str(port)] if "--serve" in words else ["--port", str(port)]
            command = [sys.executable, *words.removesuffix(" --serve").split(), *level, *port_words]
            environment = {"BACKEND_PORT": str(backend)}
            pid = stack.enter_context(gateway.running(command, port, environment=environment, log=logs / f"{name}.txt"))
            servers[name] = (port, pid)
        return gateway.measure(servers, rounds=rounds, seconds=seconds)


def _serve(port: int) -> None:
    import uvicorn

    from benchmarks.door_proxies import asgi
    from seamline.gateway.door.protocol import DoorProtocol

    uvicorn.run(
        asgi, host="127.0.0.1", port=port, http=DoorProtocol, loop="uvloop", lifespan="off", access_log=False,
        log_level="error", proxy_headers=False, server_header=False, interface="asgi3",
    )  # fmt: skip


def main() -> int:
    """Measure and print; exit 2 without ``wrk``."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.door_servers", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="medians are of so many (default: %(default)s)")
    parser.add_argument("--seconds", type=int, default=2, help="of load in each (default: %(default)s)")
    parser.add_argument("--serve", type=int, metavar="PORT", help="be the bare door")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    options = parser.parse_args()
    if options.serve:
        _serve(options.serve)
        return 0
    if not shutil.which("wrk"):
        print("wrk is not installed: apt-get install wrk.", file=sys.stderr)
        return 2
    figures = measure(rounds=options.rounds, seconds=options.seconds)
    if options.format == "json":
        print(json.dumps(figures, indent=2))
        return 0
    floor = figures["granian RSGI"]["cpu_us"]
    for name, each in figures.items():
        print(
            f"{name:<13} {each['cpu_us']:7.1f} us CPU ({each['cpu_us'] / floor:.2f} x granian) "
            f"{each['per_second']:8.0f}/s  p50 {each['p50_ms']:.3f} ms  p99 {each['p99_ms']:.3f} ms"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
