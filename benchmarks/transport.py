"""``python -m benchmarks.transport``: HTTP clients side by side, asking the same server for the same answer.

A bare asyncio server in a process of its own answers a body of 100 bytes; clients are asked in turn, on one thread,
with kept connections; the figure of each is the median of its rounds. Prints microseconds of wall clock and of the
client's CPU, and ratios to ``http.client``. Then the same clients, each told to wait half a second at most, ask a
server that drips its answer for five seconds: how long they really wait.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from seamline.embedded.ports import free_port
from seamline.testing.waiting import wait_until
from seamline.transport import Pool

REQUEST = b'{"arguments":{"one":1,"other":2},"timeout_ms":1000,"actor":"system","version":"1.0"}'
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n" + b"x" * 100
DRIPS = 25
JSON = {"Content-Type": "application/json"}
PATIENCE = 0.5
Client = Callable[[str], bytes]


class _Server(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        self.data = b""

    def data_received(self, data: bytes) -> None:
        self.data += data
        head, found, body = self.data.partition(b"\r\n\r\n")
        if not found or len(body) < len(REQUEST):
            return
        self.data = b""
        if head.startswith(b"POST /drip"):
            self.transport.write(ANSWER[: -DRIPS - 1])
            self._drip(DRIPS)
        else:
            self.transport.write(ANSWER)

    def _drip(self, left: int) -> None:
        self.transport.write(b"x")
        if left and not self.transport.is_closing():
            asyncio.get_running_loop().call_later(0.2, self._drip, left - 1)


async def _serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(_Server, "127.0.0.1", port)
    await server.serve_forever()


@contextmanager
def server() -> Iterator[int]:
    """The port of the server."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.transport", "--serve", str(port)])
    try:
        wait_until(lambda: _listens(port), seconds=20)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=10)


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def clients(port: int) -> dict[str, Client]:
    """What is measured, by name: each asks for a path and answers the body."""
    import httpx
    import requests
    import urllib3

    url = f"http://127.0.0.1:{port}"
    raw = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    urllib3_pool = urllib3.HTTPConnectionPool("127.0.0.1", port, timeout=PATIENCE, retries=False)
    session, client, own = requests.Session(), httpx.Client(timeout=PATIENCE), Pool(url=url)

    def by_http_client(path: str) -> bytes:
        raw.request("POST", path, body=REQUEST, headers=JSON)
        return raw.getresponse().read()

    return {
        "http.client": by_http_client,
        "seamline.transport": lambda path: (
            own.exchange(
                method="POST", target=path, headers=tuple(JSON.items()), body=REQUEST,
                deadline=time.monotonic() + PATIENCE,
            ).body
        ),
        "urllib3": lambda path: urllib3_pool.request("POST", path, body=REQUEST, headers=JSON).data,
        "requests": lambda path: session.post(url + path, data=REQUEST, headers=JSON, timeout=PATIENCE).content,
        "httpx": lambda path: client.post(url + path, content=REQUEST, headers=JSON).content,
    }  # fmt: skip


def measure(*, rounds: int, calls: int) -> dict[str, dict[str, float]]:
    """By client: median microseconds of wall clock and CPU a request, and seconds waited for a dripping answer."""
    figures: dict[str, list[tuple[float, float]]] = {}
    with server() as port:
        all_clients = clients(port)
        for ask in all_clients.values():
            for _ in range(100):
                assert len(ask("/")) == 100
        for _ in range(rounds):
            for name, ask in all_clients.items():
                used, started = time.process_time(), time.perf_counter()
                for _ in range(calls):
                    ask("/")
                wall, used = time.perf_counter() - started, time.process_time() - used
                figures.setdefault(name, []).append((wall / calls * 1e6, used / calls * 1e6))
        dripped = {name: _waited(ask) for name, ask in all_clients.items()}
    return {
        name: {
            "wall": statistics.median(wall for wall, _ in values),
            "cpu": statistics.median(cpu for _, cpu in values),
            "dripping": dripped[name],
        }
        for name, values in figures.items()
    }


def _waited(ask: Client) -> float:
    started = time.perf_counter()
    try:
        ask("/drip")
    except Exception as error:  # each library has its own
        print(f"{type(error).__module__}.{type(error).__name__} ended the dripping answer", file=sys.stderr)
    return time.perf_counter() - started


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--calls", type=int, default=1000)
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--serve", type=int, metavar="PORT", help="be the server")
    options = parser.parse_args()
    if options.serve:
        asyncio.run(_serve(options.serve))
    figures = measure(rounds=options.rounds, calls=options.calls)
    if options.format == "json":
        print(json.dumps({"cpus": os.cpu_count(), "clients": figures}))
        return 0
    floor = figures["http.client"]
    print(
        f"{'microseconds a request':<24} {'wall':>6} {'CPU':>6}   ratio of wall, of CPU   seconds for a dripping answer"
    )
    for name, each in figures.items():
        print(
            f"{name:<24} {each['wall']:6.0f} {each['cpu']:6.0f}   {each['wall'] / floor['wall']:13.2f}, "
            f"{each['cpu'] / floor['cpu']:6.2f}   {each['dripping']:29.1f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
