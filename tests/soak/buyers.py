"""Buyers who do not give up: each asks again with the same idempotency key until it has an answer, and writes it down.

What they wrote down is compared with the books afterwards. This file may not look into the database.
"""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

GOOD_CARD, BAD_CARD = "4242424242424242", "4000000000000002"
REJECTIONS = ("orders.payment_failed", "orders.stock_ran_out")
PATIENCE = 80.0
"""Seconds for one answer: a checkout whose process was killed goes on after its lease of 16 s, and may be hit again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a buyer was told of an order."""

    order_id: str
    state: str


class NoAnswer(AssertionError):
    """A request had no definite answer in time."""


class Buyer(threading.Thread):
    """Places orders one after another for as long as the book says."""

    def __init__(self, *, ports: list[int], skus: list[str], orders: OrderBook, seed: int) -> None:
        super().__init__(name=f"buyer {seed}", daemon=True)
        self._ports, self._skus, self._book = ports, skus, orders
        self._dice = random.Random(seed)
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            while self._book.take():
                self._book.write(self._buy())
        except Exception as error:
            self.error = error

    def _buy(self) -> Answer:
        cart = uuid.uuid4()
        for sku in self._dice.sample(self._skus, k=2):
            self._ask(f"/api/v1/orders/carts/{cart}/lines/", {"sku": sku, "quantity": 1})
        number = BAD_CARD if self._dice.random() < 0.15 else GOOD_CARD
        card = {"number": number, "expiry_month": 12, "expiry_year": 2035, "security_code": "123"}
        _, method = self._ask("/api/v1/payments/cards/", card)
        address = {"name": "A", "line1": "1 Road", "line2": "", "city": "Town", "postcode": "SW1A 1AA"}
        order = {
            "cart_id": str(cart),
            "email": "soak@example.com",
            "ship_to": {**address, "country": "United Kingdom"},
            "payment_method": method["token"],
        }
        status, told = self._ask("/api/v1/orders/orders/", order, key=uuid.uuid4().hex)
        if status == 201:
            return Answer(order_id=told["order_id"], state=told["state"])
        if told["code"] not in REJECTIONS:
            raise NoAnswer(f"The checkout of {cart} was answered by {told}.")
        return Answer(order_id=told["data"]["order_id"], state="rejected")

    def _ask(self, path: str, body: dict[str, Any], key: str = "") -> tuple[int, Any]:
        headers = {"Content-Type": "application/json", **({"Idempotency-Key": key} if key else {})}
        end, last = time.monotonic() + PATIENCE, "nothing"
        while time.monotonic() < end:
            connection = http.client.HTTPConnection("127.0.0.1", self._dice.choice(self._ports), timeout=20)
            try:
                connection.request("POST", path, json.dumps(body), headers)
                response = connection.getresponse()
                text = response.read()
                if response.status < 500 and response.status != 202:
                    return response.status, json.loads(text)
                last = f"{response.status} {text[:300]!r}"
            except (OSError, http.client.HTTPException) as error:
                last = repr(error)
            finally:
                connection.close()
            time.sleep(0.1)
        raise NoAnswer(f"POST {path} had no definite answer in {PATIENCE:.0f} s; the last was {last}.")


class OrderBook:
    """How many orders are to be placed at least, and what the buyers were told.

    :param goes_on: while it is true, more are placed.
    """

    def __init__(self, *, orders: int, goes_on: Callable[[], bool]) -> None:
        self._left = orders
        self._goes_on = goes_on
        self._lock = threading.Lock()
        self.answers: list[Answer] = []

    def take(self) -> bool:
        """Whether one more is to be placed."""
        with self._lock:
            self._left -= 1
            return self._left >= 0 or self._goes_on()

    def write(self, answer: Answer) -> None:
        """Note what the buyer was told."""
        with self._lock:
            self.answers.append(answer)
