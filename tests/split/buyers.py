"""Buyers at the hub who ask again, with the same key, until they have an answer; each answer's time is taken."""

from __future__ import annotations

import http.client
import json
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.deployables import CARD, SHIP_TO

EMAIL = "split@example.com"
BUDGET = 27.0
"""Seconds in which every request has an answer, whatever has died: the deployable's own budget and a little."""
PATIENCE = 80.0


@dataclass(kw_only=True)
class Told:
    """What the buyers were told."""

    placed: list[str] = field(default_factory=list)
    failures: Counter[int] = field(default_factory=Counter)
    """Statuses of 500 and above; 0 where the connection was refused or broke off."""
    slowest: float = 0.0
    errors: list[str] = field(default_factory=list)


class Buyers:
    """Threads that buy so many orders in all. ``join`` waits for them."""

    def __init__(self, *, port: int, skus: list[str], orders: int, threads: int) -> None:
        self.told = Told()
        self._port, self._skus, self._left = port, skus, orders
        self._lock = threading.Lock()
        self._threads = [
            threading.Thread(target=self._buy_on, args=(number,), daemon=True) for number in range(threads)
        ]

    def start(self) -> None:
        """Begin to buy."""
        for thread in self._threads:
            thread.start()

    def join(self) -> Told:
        """What they were told, when all have bought."""
        for thread in self._threads:
            thread.join(PATIENCE * 2)
        assert not self.told.errors, self.told.errors
        return self.told

    def _buy_on(self, number: int) -> None:
        while True:
            with self._lock:
                if self._left == 0:
                    return
                self._left -= 1
                sku = self._skus[self._left % len(self._skus)]
            try:
                self._buy(sku)
            except Exception as error:
                self.told.errors.append(repr(error))
                return

    def _buy(self, sku: str) -> None:
        cart = str(uuid.uuid4())
        # A line is added once: the cart is asked what it has, where an answer was lost.
        self._until_answered("POST", f"orders/carts/{cart}/lines/", {"sku": sku, "quantity": 1}, key=f"{cart}:line")
        token = self._until_answered("POST", "payments/cards/", CARD)["token"]
        order = {"cart_id": cart, "email": EMAIL, "ship_to": SHIP_TO, "payment_method": token}
        answer = self._until_answered("POST", "orders/orders/", order, key=cart)
        assert answer["state"] == "placed", answer
        with self._lock:
            self.told.placed.append(answer["order_id"])

    def _until_answered(self, method: str, path: str, body: dict[str, Any], *, key: str = "") -> Any:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            status, answer = self._ask(method, path, body, key)
            if 0 < status < 500 and status != 202:
                assert status in (200, 201), (path, status, answer)
                return answer
            time.sleep(0.1)
        raise AssertionError(f"{path}: no definite answer in {PATIENCE:.0f} s")

    def _ask(self, method: str, path: str, body: dict[str, Any], key: str) -> tuple[int, Any]:
        headers = {"Content-Type": "application/json", **({"Idempotency-Key": key} if key else {})}
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=BUDGET)
        began, status, answer = time.monotonic(), 0, None
        try:
            connection.request(method, f"/api/v1/{path}", json.dumps(body), headers)
            response = connection.getresponse()
            text = response.read()
            status, answer = response.status, json.loads(text)
        except ConnectionError:
            status = 0
        except http.client.HTTPException:
            status = 0
        finally:
            connection.close()
        with self._lock:
            self.told.slowest = max(self.told.slowest, time.monotonic() - began)
            if status == 0 or status >= 500:
                self.told.failures[status] += 1
        return status, answer
