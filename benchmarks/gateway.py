"""``python -m benchmarks.gateway``: the gateway with all its policies on, against nginx and Envoy before one backend.

The backend is one granian worker that answers a small JSON document. Each proxy has one worker, kept connections and an
access log; ours has its limits, rates, breaker, balancing, traces and identity besides. ``wrk`` asks them in turn, in
rounds; figures are medians. CPU is the proxy's own, read from the kernel, and the steadiest figure on a busy machine.
Added latency is against asking the backend directly, with one connection. Needs ``wrk``; ``nginx`` and the extra
``bench`` (Envoy) where they are to be compared. moleculer-web is compared by ``benchmarks.moleculer``.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from seamline.embedded.ports import free_port
from seamline.testing.waiting import wait_until

TICKS = os.sysconf("SC_CLK_TCK")
SCALE = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}

NGINX = """worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log {folder}/access.log; keepalive_requests 1000000;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  upstream backend {{ server 127.0.0.1:{backend}; keepalive 64; keepalive_requests 1000000; }}
  server {{ listen 127.0.0.1:{port};
    location / {{ proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_set_header Host $host; proxy_set_header X-Forwarded-For $remote_addr; }} }}
}}"""
ENVOY = """
static_resources:
  listeners:
  - address: {{socket_address: {{address: 127.0.0.1, port_value: {port}}}}}
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: door
          access_log:
          - name: envoy.access_loggers.file
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
              path: {folder}/envoy.log
          route_config:
            virtual_hosts:
            - {{name: all, domains: ["*"], routes: [{{match: {{prefix: "/"}}, route: {{cluster: backend}}}}]}}
          http_filters:
          - name: envoy.filters.http.router
            typed_config: {{"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}
  clusters:
  - name: backend
    type: STATIC
    load_assignment:
      cluster_name: backend
      endpoints: [{{lb_endpoints: [{{endpoint: {{address: {{socket_address: {{address: 127.0.0.1,
        port_value: {backend}}}}}}}}}]}}]
"""


@contextmanager
def running(command: Sequence[str], port: int, *, environment: Mapping[str, str], log: Path) -> Iterator[int]:
    """The server's process id, once it answers on the port; ended with the block."""
    with log.open("wb") as told:
        process = subprocess.Popen(
            command, env={**os.environ, **environment}, stdout=told, stderr=told, start_new_session=True
        )
        try:
            wait_until(lambda: process.poll() is not None or _answers(port), seconds=40, what=command[0])
            if process.poll() is not None:
                raise SystemExit(f"{command[0]} ended: {log.read_text()[-800:]}")
            yield process.pid
        finally:
            process.terminate()
            process.wait(timeout=30)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def cpu_seconds(pid: int) -> float:
    """User and system time of the process and its children."""
    total = 0
    for each in [pid, *_children(pid)]:
        fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def _children(pid: int) -> list[int]:
    found = [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return [*found, *(below for each in found for below in _children(each))]


def load(port: int, *, connections: int, seconds: int, path: str = "/api/v1/x/y/") -> dict[str, float]:
    """Requests, and milliseconds p50 and p99, of ``wrk`` on a path, by default one of a module's API."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", f"http://127.0.0.1:{port}{path}"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if wrong := re.search(r"Non-2xx or 3xx responses: (\d+)", told):
        raise SystemExit(f"{wrong[1]} of the answers were errors: the figures would mean nothing.")
    counted = re.search(r"(\d+) requests in", told)
    figures = {"requests": float(counted[1]) if counted else 0.0}
    for percent in (50, 99):
        found = re.search(rf"{percent}%\s+([\d.]+)(us|ms|s|m)\b", told)
        if found:
            figures[f"p{percent}_ms"] = float(found[1]) * SCALE[found[2]]
    return figures


def measure(servers: Mapping[str, tuple[int, int]], *, rounds: int, seconds: int) -> dict[str, dict[str, float]]:
    """Medians for each server; all are asked in turn in each round, so that what disturbs one disturbs all."""
    seen: dict[str, list[dict[str, float]]] = {name: [] for name in servers}
    for _ in range(rounds):
        for name, (port, pid) in servers.items():
            load(port, connections=16, seconds=1)
            before = cpu_seconds(pid)
            busy = load(port, connections=16, seconds=seconds)
            cpu = cpu_seconds(pid) - before
            alone = load(port, connections=1, seconds=max(1, seconds // 2))
            seen[name].append(
                {
                    "cpu_us": cpu * 1e6 / busy["requests"],
                    "per_second": busy["requests"] / seconds,
                    "p50_ms": alone["p50_ms"],
                    "p99_ms": alone["p99_ms"],
                }
            )
    result = {
        name: {key: round(statistics.median(each[key] for each in figures), 3) for key in figures[0]}
        for name, figures in seen.items()
    }
    for figures in result.values():
        for percent in ("p50_ms", "p99_ms"):
            figures[f"added_{percent}"] = round(figures[percent] - result["direct"][percent], 3)
    return result


@contextmanager
def all_servers(folder: Path) -> Iterator[dict[str, tuple[int, int]]]:
    """Port and process of the backend and of each proxy that is installed."""
    with ExitStack() as stack:
        backend = free_port()
        granian = [sys.executable, "-m", "granian", "--interface", "rsgi", "--port", str(backend), "--workers", "1"]
        granian += ["--log-level", "error", "benchmarks.gateway_backend:application"]
        pid = stack.enter_context(running(granian, backend, environment={}, log=folder / "backend.txt"))
        servers = {"direct": (backend, pid)}

        def start(name: str, command: Sequence[str], port: int, environment: Mapping[str, str] | None = None) -> None:
            log = folder / f"{name}.txt"
            found = stack.enter_context(running(command, port, environment=environment or {}, log=log))
            servers[name] = (port, found)

        port = free_port()
        start(
            "gateway",
            [sys.executable, "manage.py", "gateway", "--port", str(port)],
            port,
            {
                "SEAMLINE_REGISTRY": f"static:storefront=http://127.0.0.1:{backend}",
                "SEAMLINE_GATEWAY_RATE": "1000000000/minute",
                "DEBUG": "false",
            },
        )
        if nginx := shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin"):
            port = free_port()
            written = folder / "nginx.conf"
            written.write_text(NGINX.format(folder=folder, port=port, backend=backend))
            start("nginx", [nginx, "-c", str(written), "-p", str(folder)], port)
        if (spec := find_spec("envoy")) is not None and spec.origin:
            port = free_port()
            written = folder / "envoy.yaml"
            written.write_text(ENVOY.format(folder=folder, port=port, backend=backend))
            binary = str(Path(spec.origin).parent / "_bin" / "envoy")
            command = [binary, "-c", str(written), "--concurrency", "1", "--log-level", "error"]
            start("envoy", [*command, "--use-dynamic-base-id"], port)
        yield servers


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gateway", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="medians are of so many (default: %(default)s)")
    parser.add_argument("--seconds", type=int, default=4, help="of load in each (default: %(default)s)")
    parser.add_argument("--format", choices=["text", "json"], default="text")
    options = parser.parse_args()
    if not shutil.which("wrk"):
        print("wrk is not installed: apt-get install wrk.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="seamline-bench-") as folder, all_servers(Path(folder)) as servers:
        figures: dict[str, Any] = measure(servers, rounds=options.rounds, seconds=options.seconds)
    ours = figures["gateway"]["cpu_us"]
    ratios = {
        f"gateway / {name} (CPU)": round(ours / figures[name]["cpu_us"], 2) for name in figures if name != "gateway"
    }
    if options.format == "json":
        print(json.dumps({"servers": figures, "ratios": ratios}, indent=2))
        return 0
    for name, each in figures.items():
        print(
            f"{name:<8} {each['cpu_us']:7.1f} us CPU  {each['per_second']:9.0f}/s  p50 {each['p50_ms']:.3f} ms "
            f"(+{each['added_p50_ms']:.3f})  p99 {each['p99_ms']:.3f} ms (+{each['added_p99_ms']:.3f})"
        )
    for name, ratio in ratios.items():
        print(f"{name}: {ratio}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
