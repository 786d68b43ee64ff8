"""``python -m benchmarks.remote_call``: a call over HTTP against raw keep-alive requests to the same server.

One granian worker with one blocking thread serves both: the endpoint of internal calls with a contract behind it, and a
bare path that reads a body of the same size and answers the same bytes. Clients are asked in turn, on one thread; the
figure of each is the median of its rounds. Prints microseconds of wall clock, of the client's and of the server's CPU,
and ratios to the raw call by ``http.client``, the floor of the standard library.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import django

from benchmarks.guarded_call import Adder
from seamline.embedded.ports import free_port
from seamline.testing.waiting import wait_until

BODY = b'{"arguments":{"one":1,"other":2},"timeout_ms":1000,"actor":"system","version":"1.0"}'
JSON = {"Content-Type": "application/json"}
TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def server() -> Iterator[tuple[int, Callable[[], float]]]:
    """The server's port, and a function that answers its CPU seconds so far."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += [
        "--workers",
        "1",
        "--blocking-threads",
        "1",
        "--log-level",
        "error",
        "benchmarks.remote_server:application",
    ]
    process = subprocess.Popen(command, start_new_session=True)
    try:
        wait_until(lambda: _answers(port), seconds=20)
        yield port, lambda: _cpu(process.pid)
    finally:
        process.terminate()
        process.wait(timeout=10)


def _answers(port: int) -> bool:
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
        connection.request("POST", "/raw", body=BODY)
        return connection.getresponse().status == 200
    except OSError:
        return False


def _cpu(pid: int) -> float:
    """CPU seconds of a process and its children, also those that run still."""
    total = 0.0
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(entry.name) == pid or int(fields[1]) == pid:
            total += (int(fields[11]) + int(fields[12])) / TICKS
    return total


def contenders(port: int) -> dict[str, Callable[[], object]]:
    """What is measured, by name."""
    import aiohttp  # noqa: F401 - a peer of the gateway's benchmark, named in the lock
    import httpx
    import requests
    import urllib3

    from seamline.calls import use
    from seamline.calls.binding import route_of
    from seamline.testing.internal import over_http
    from seamline.transport import Pool

    url = f"http://127.0.0.1:{port}"
    raw = http.client.HTTPConnection("127.0.0.1", port)
    session, client, pool = requests.Session(), httpx.Client(), urllib3.PoolManager()
    own = Pool(url=url)
    route_of(Adder).binding = over_http(Adder, url)

    def by_http_client() -> object:
        raw.request("POST", "/raw", body=BODY, headers=JSON)
        return json.loads(raw.getresponse().read())

    return {
        "raw http.client": by_http_client,
        "raw urllib3": lambda: pool.request("POST", f"{url}/raw", body=BODY, headers=JSON).json(),
        "raw requests": lambda: session.post(f"{url}/raw", data=BODY, headers=JSON).json(),
        "raw httpx": lambda: client.post(f"{url}/raw", content=BODY, headers=JSON).json(),
        "raw seamline.transport": lambda: json.loads(
            own.exchange(
                method="POST", target="/raw", headers=tuple(JSON.items()), body=BODY, deadline=time.monotonic() + 1
            ).body
        ),
        "use(Adder).add over HTTP": lambda: use(Adder).add(one=1, other=2),
    }


def measure(*, rounds: int, calls: int) -> dict[str, dict[str, float]]:
    """Median microseconds a call, by contender: wall, client, server."""
    figures: dict[str, list[tuple[float, float, float]]] = {}
    with server() as (port, cpu):
        functions = contenders(port)
        for function in functions.values():
            for _ in range(50):
                function()
        for _ in range(rounds):
            for name, function in functions.items():
                served, used, started = cpu(), time.process_time(), time.perf_counter()
                for _ in range(calls):
                    function()
                wall, used = time.perf_counter() - started, time.process_time() - used
                each = (wall, used, cpu() - served)
                figures.setdefault(name, []).append(tuple(value / calls * 1e6 for value in each))  # type: ignore[arg-type]
    return {
        name: dict(zip(("wall", "client", "server"), map(statistics.median, zip(*values, strict=True)), strict=True))
        for name, values in figures.items()
    }


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--calls", type=int, default=1000)
    parser.add_argument("--format", choices=("text", "json"), default="text")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    django.setup()
    figures = measure(rounds=options.rounds, calls=options.calls)
    floor = figures["raw http.client"]["wall"]
    if options.format == "json":
        print(json.dumps(figures))
        return 0
    print(f"{'microseconds a call':<28} {'wall':>7} {'client':>7} {'server':>7}   ratio of wall to http.client")
    for name, each in figures.items():
        print(
            f"{name:<28} {each['wall']:7.0f} {each['client']:7.0f} {each['server']:7.0f}   {each['wall'] / floor:.2f} x"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
