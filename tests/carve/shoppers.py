"""Clients that browse, buy and pay at full speed and ask nothing twice: every failure counts. They keep own tokens.

Each keeps one connection, and the moment of each success, so that the longest gap between two can be told.
"""

from __future__ import annotations

import http.client
import json
import threading
import time
import uuid
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from tests.deployables import CARD, SHIP_TO


@dataclass(kw_only=True)
class Seen:
    """What the clients saw."""

    orders: dict[str, str] = field(default_factory=dict)
    """Their own cart tokens, which are also idempotency keys, and the order that each became."""
    failures: list[str] = field(default_factory=list)
    writes: list[float] = field(default_factory=list)
    """When each successful write was answered."""
    times: list[tuple[float, float]] = field(default_factory=list)
    """When each request was answered, and how many seconds it took."""

    @property
    def requests(self) -> int:
        """How many were answered."""
        return len(self.times)

    def longest_gap(self, *, after: float = 0.0, before: float = float("inf")) -> float:
        """Seconds between two successful writes, at most."""
        times = sorted(at for at in list(self.writes) if after <= at <= before)
        return max((later - earlier for earlier, later in pairwise(times)), default=0.0)


class Shoppers:
    """A context: they shop from its beginning to its end."""

    def __init__(
        self, *, port: int, skus: list[str], clients: int = 8, pause: float = 0.0, patience: float = 0.0
    ) -> None:
        """
        :param pause: seconds between two purchases of a client.
        :param patience: seconds in which they ask again what was not answered well, as processes are going to be
            killed; a purchase with the same key.
        """
        self.seen = Seen()
        self._patience = patience
        self._port, self._skus, self._pause = port, skus, pause
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._shop, args=(number,), daemon=True) for number in range(clients)]

    def __enter__(self) -> Seen:
        for thread in self._threads:
            thread.start()
        return self.seen

    def __exit__(self, *exception: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(30)

    def _shop(self, number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
        round_number = 0
        while not self._stopping.wait(self._pause):
            sku = self._skus[(number + round_number) % len(self._skus)]
            round_number += 1
            try:
                self._buy(connection, sku)
            except Failed as failed:
                self.seen.failures.append(f"{time.monotonic():.3f} {failed}")
                connection.close()
        connection.close()

    def _buy(self, connection: http.client.HTTPConnection, sku: str) -> None:
        cart = str(uuid.uuid4())
        self._ask(connection, "GET", f"/api/v1/catalog/products/{sku}/")
        self._ask(connection, "POST", f"/api/v1/orders/carts/{cart}/lines/", {"sku": sku, "quantity": 1})
        self._ask(connection, "GET", f"/api/v1/orders/carts/{cart}/")
        token = self._ask(connection, "POST", "/api/v1/payments/cards/", CARD)["token"]
        order = {"cart_id": cart, "email": "carve@example.com", "ship_to": SHIP_TO, "payment_method": token}
        answer = self._ask(connection, "POST", "/api/v1/orders/orders/", order, key=cart)
        deadline = time.monotonic() + self._patience
        while answer["state"] == "pending" and time.monotonic() < deadline:
            self._stopping.wait(0.2)
            answer = self._ask(connection, "POST", "/api/v1/orders/orders/", order, key=cart)
        if answer["state"] != "placed":
            raise Failed(f"order of {cart} is {answer['state']}")
        with self._lock:
            self.seen.orders[cart] = answer["order_id"]

    def _ask(
        self, connection: http.client.HTTPConnection, method: str, path: str, body: Any = None, *, key: str = ""
    ) -> Any:
        deadline = time.monotonic() + self._patience
        while True:
            try:
                return self._ask_once(connection, method, path, body, key=key)
            except Failed:
                connection.close()
                if time.monotonic() > deadline or self._stopping.wait(0.1):
                    raise

    def _ask_once(self, connection: http.client.HTTPConnection, method: str, path: str, body: Any, *, key: str) -> Any:
        headers = {"Content-Type": "application/json"} | ({"Idempotency-Key": key} if key else {})
        began = time.monotonic()
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise Failed(f"{method} {path}: {error!r} after {time.monotonic() - began:.3f} s") from error
        now = time.monotonic()
        self.seen.times.append((now, now - began))
        if answer.status >= 300:
            raise Failed(f"{method} {path}: {answer.status} {content[:300]!r} after {now - began:.3f} s")
        if method == "POST":
            self.seen.writes.append(now)
        return json.loads(content) if content else None


class Failed(Exception):
    """A request was not answered as a client wants it."""
