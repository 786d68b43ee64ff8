"""``python -m benchmarks.sick_dependency``: what a dead or frozen dependency costs pages that can do without it.

The shop runs split: recommendations are a process of their own. Product pages are read and orders placed by several
clients while that process is healthy, while it is frozen, and while it is killed again and again. Prints p50 and p99 of
the page once the breaker has had its time, their ratio to the healthy ones, what the worst page took before, and how
many purchases failed (the aims: p99 within 1.2x, none failed).
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.deployables import buy, project_copy, some_skus
from tests.split.shop import SplitShop

CLIENTS = 4
_local = threading.local()


def page(shop: SplitShop, sku: str) -> float:
    """Seconds for one product page, over a kept connection."""
    import http.client

    connection = getattr(_local, "connection", None)
    if connection is None:
        connection = _local.connection = http.client.HTTPConnection("127.0.0.1", shop.port, timeout=30)
    started = time.perf_counter()
    connection.request("GET", f"/products/{sku}/")
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 200, answer.status
    return time.perf_counter() - started


def pages(shop: SplitShop, skus: list[str], number: int) -> list[float]:
    """Times of so many pages, asked by several clients."""
    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(lambda index: page(shop, skus[index % len(skus)]), range(number)))


def state(shop: SplitShop, skus: list[str], *, number: int, orders: int) -> dict[str, Any]:
    """Figures of one state of the dependency: first pages until the breaker has had its time, then the steady ones."""
    first = pages(shop, skus, 120)
    bought, failed = 0, 0
    steady = pages(shop, skus, number)
    for _ in range(orders):
        try:
            buy(shop.address)
            bought += 1
        except OSError:
            failed += 1
    ordered = sorted(steady)
    return {
        "worst before open ms": max(first) * 1000,
        "p50 ms": statistics.median(ordered) * 1000,
        "p99 ms": ordered[int(len(ordered) * 0.99)] * 1000,
        "bought": bought,
        "failed": failed,
    }


def measure(*, number: int, orders: int) -> dict[str, dict[str, Any]]:
    """Figures by state."""
    found = {}
    with tempfile.TemporaryDirectory(prefix="seamline-bench-") as folder:
        os.environ["SEAMLINE_FAULTS"] = "true"
        with SplitShop(root=project_copy(Path(folder)), split="recommendations") as shop:
            skus = some_skus(shop.address)
            pages(shop, skus, 200)
            found["healthy"] = state(shop, skus, number=number, orders=orders)
            leader = shop.leader_of("recommendations")
            os.killpg(leader, signal.SIGSTOP)
            found["frozen"] = state(shop, skus, number=number, orders=orders)
            os.killpg(leader, signal.SIGCONT)
            time.sleep(12)
            found["healthy again"] = state(shop, skus, number=number, orders=orders)
            # Killed over and over: the supervisor starts it again.
            stopping = threading.Event()

            def killer() -> None:
                while not stopping.wait(0.2):
                    pid = shop.leader_of("recommendations", absent=0)
                    if pid:
                        try:
                            os.killpg(pid, signal.SIGKILL)
                        except ProcessLookupError:
                            continue

            thread = threading.Thread(target=killer)
            thread.start()
            found["dead"] = state(shop, skus, number=number, orders=orders)
            stopping.set()
            thread.join()
    return found


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=600)
    parser.add_argument("--orders", type=int, default=10)
    parser.add_argument("--format", choices=("text", "json"), default="text")
    options = parser.parse_args()
    figures = measure(number=options.pages, orders=options.orders)
    if options.format == "json":
        print(json.dumps(figures))
        return 0
    healthy = figures["healthy"]
    heads = ("p50 ms", "p99 ms", "ratio", "worst before open", "failed orders")
    print(f"{'recommendations':<16} " + " ".join(f"{head:>17}" for head in heads))
    for name, each in figures.items():
        ratio = f"{each['p99 ms'] / healthy['p99 ms']:.2f}x"
        worst, failed = (
            f"{each['worst before open ms']:.0f} ms",
            f"{each['failed']} of {each['failed'] + each['bought']}",
        )
        cells = (f"{each['p50 ms']:.1f}", f"{each['p99 ms']:.1f}", ratio, worst, failed)
        print(f"{name:<16} " + " ".join(f"{cell:>17}" for cell in cells))
    return 0


if __name__ == "__main__":
    sys.exit(main())
