"""``python -m benchmarks.checkout``: whole checkouts a second through the API, with 1 and 8 clients, against oscar's.

Both shops run on the same fresh PostgreSQL server with default durability, behind the same WSGI server with one worker
and eight threads, on loopback. A checkout of ours is: a line into a fresh cart, a card to the provider, the order
(reserve, authorise, confirm, capture). Oscar's is its own guest flow: basket, guest, address, preview, place order; it
takes no payment at all. Statements and commits are counted by the server over the run, event delivery included.
"""

from __future__ import annotations

import argparse
import http.client
import json
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from benchmarks.servers import Oscar, Server, Shop, throwaway_postgres

Checkout = Callable[[], None]


def our_checkout(port: int, skus: list[str]) -> Checkout:
    """A client of our API with a connection of its own; each call buys one unit of the next product."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    turn = iter(range(10**9))

    def post(path: str, body: dict[str, Any], expected: tuple[int, ...], key: str = "") -> Any:
        headers = {"Content-Type": "application/json", **({"Idempotency-Key": key} if key else {})}
        connection.request("POST", path, json.dumps(body), headers)
        response = connection.getresponse()
        text = response.read()
        if response.status not in expected:
            raise RuntimeError(f"POST {path} answered {response.status}: {text[:300]!r}")
        return json.loads(text)

    def checkout() -> None:
        cart = uuid.uuid4()
        post(f"/api/v1/orders/carts/{cart}/lines/", {"sku": skus[next(turn) % len(skus)], "quantity": 1}, (200, 201))
        card = {"number": "4242424242424242", "expiry_month": 12, "expiry_year": 2030, "security_code": "123"}
        token = post("/api/v1/payments/cards/", card, (200, 201))["token"]
        address = {"name": "A", "line1": "1 Road", "line2": "", "city": "Town", "postcode": "SW1A 1AA"}
        order = {
            "cart_id": str(cart),
            "email": "bench@example.com",
            "ship_to": {**address, "country": "United Kingdom"},
            "payment_method": token,
        }
        placed = post("/api/v1/orders/orders/", order, (201,), key=uuid.uuid4().hex)
        if placed["state"] != "placed":
            raise RuntimeError(f"The order is {placed['state']}, not placed.")

    return checkout


def oscar_checkout(port: int, products: list[str]) -> Checkout:
    """A client of oscar's guest checkout; each call is a new visitor."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    turn = iter(range(10**9))

    def checkout() -> None:
        cookies: dict[str, str] = {}

        def request(method: str, path: str, data: dict[str, Any] | None = None) -> str:
            headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
            if data is not None:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request(method, path, urlencode(data or {}), headers)
            response = connection.getresponse()
            response.read()
            for name, value in response.getheaders():
                if name.lower() == "set-cookie":
                    key, _, rest = value.partition("=")
                    cookies[key] = rest.partition(";")[0]
            if response.status >= 400:
                raise RuntimeError(f"{method} {path} answered {response.status}.")
            return response.getheader("Location") or ""

        request("POST", f"/basket/add/{products[next(turn) % len(products)]}/", {"quantity": 1})
        request("POST", "/checkout/", {"username": "bench@example.com", "options": "anonymous"})
        address = {"first_name": "A", "last_name": "B", "line1": "1 Road", "line4": "Town", "postcode": "SW1A 1AA"}
        onward = request("POST", "/checkout/shipping-address/", {**address, "country": "GB"})
        while onward and not onward.endswith("/payment-details/"):
            onward = request("GET", onward)
        if not request("POST", "/checkout/preview/", {"action": "place_order"}).endswith("/thank-you/"):
            raise RuntimeError("Oscar did not place the order.")

    return checkout


def run(make: Callable[[], Checkout], *, clients: int, checkouts: int) -> dict[str, float]:
    """Do so many checkouts with so many clients; per second, and milliseconds p50 and p99 of a whole checkout."""
    each = checkouts // clients
    workers = [make() for _ in range(clients)]
    for worker in workers:
        worker()  # connections, pools and caches warm

    def work(worker: Checkout) -> list[float]:
        times = []
        for _ in range(each):
            started = time.perf_counter()
            worker()
            times.append((time.perf_counter() - started) * 1000)
        return times

    started = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        times = [value for values in pool.map(work, workers) for value in values]
    elapsed = time.perf_counter() - started
    cuts = statistics.quantiles(times, n=100)
    return {"per_second": len(times) / elapsed, "p50_ms": cuts[49], "p99_ms": cuts[98]}


def measure(server: Server, make: Callable[[], Checkout], *, checkouts: int) -> dict[str, Any]:
    """Both numbers of clients, and what the database server counted meanwhile."""
    result: dict[str, Any] = {}
    for clients in (1, 8):
        before = server.counters()
        figures = run(make, clients=clients, checkouts=checkouts)
        after = server.counters()
        done = checkouts // clients * clients + clients
        for name in after:
            figures[f"{name}_each"] = (after[name] - before[name]) / done
        result[f"{clients} client{'s' if clients > 1 else ''}"] = {
            key: round(value, 1) for key, value in figures.items()
        }
    return result


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.checkout", description=__doc__)
    parser.add_argument(
        "--checkouts", type=int, default=200, help="a number of clients and shop (default: %(default)s)"
    )
    parser.add_argument("--oscar-python", type=Path, help="a Python that has django-oscar, granian and factory-boy")
    parser.add_argument("--format", choices=["text", "json"], default="text")
    options = parser.parse_args()
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="seamline-bench-") as folder, throwaway_postgres(Path(folder)) as postgres:
        with Shop(postgres) as shop:
            skus = shop.products
            results["seamline"] = measure(shop, lambda: our_checkout(shop.port, skus), checkouts=options.checkouts)
        if options.oscar_python:
            with Oscar(postgres, python=options.oscar_python) as oscar:
                ids = oscar.products
                results["django-oscar"] = measure(
                    oscar, lambda: oscar_checkout(oscar.port, ids), checkouts=options.checkouts
                )
    if options.format == "json":
        print(json.dumps(results))
        return 0
    for name, figures in results.items():
        for clients, row in figures.items():
            print(f"{name:14} {clients:10} " + "  ".join(f"{key} {value}" for key, value in row.items()))
    if "django-oscar" in results:
        for clients, row in results["seamline"].items():
            ratio = row["per_second"] / results["django-oscar"][clients]["per_second"]
            print(f"seamline / django-oscar, {clients}: {ratio:.2f} x checkouts a second")
    return 0


if __name__ == "__main__":
    sys.exit(main())
