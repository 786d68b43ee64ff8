"""A hub without a gateway, orders and customers in another process: everything is bought and refused at one address."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import psycopg
import pytest

from seamline.embedded import EmbeddedServer
from seamline.embedded.ports import free_port
from seamline.testing.waiting import wait_until
from tests.deployables import ROOT, SHIP_TO, answers

CREDENTIALS = {"email": "ada@example.com", "password": "a long passphrase"}
OLD, NEW = f"old:{'o' * 32}", f"new:{'n' * 32}"
STEP_SECONDS = 2.2
"""Between two steps of a rotation: every process has looked at its file by then."""
CARD = {"number": "4242424242424242", "expiry_month": 12, "expiry_year": 2030, "security_code": "123"}


class Client:
    """One visitor of the hub, who keeps cookies; only ``HttpOnly`` ones are beyond a page's reach."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}
        self.headers: dict[str, str] = {}

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Status and body."""
        status, _, content = self.raw(method, f"/api/v1/{path}", body, **headers)
        return status, json.loads(content) if content else None

    def raw(self, method: str, target: str, body: Any = None, **headers: str) -> tuple[int, Any, bytes]:
        """Status, header and body of the target as it is."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = {"Content-Type": "application/json", **self.headers, **headers}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        connection.request(method, target, body=None if body is None else json.dumps(body), headers=sent)
        response = connection.getresponse()
        content = response.read()
        for line in response.headers.get_all("Set-Cookie") or ():
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        connection.close()
        return response.status, response.headers, content

    def csrf(self) -> dict[str, str]:
        """What a page sends with requests that write."""
        return {"X-CSRFToken": self.cookies["csrftoken"]}

    def buy(self, **headers: str) -> dict[str, Any]:
        """The order of one product, paid by card."""
        _, products = self.ask("GET", "catalog/products/")
        cart = str(uuid.uuid4())
        line = {"sku": products["results"][0]["sku"], "quantity": 1}
        status, answer = self.ask("POST", f"orders/carts/{cart}/lines/", line, **headers)
        assert status == 200, answer
        status, card = self.ask("POST", "payments/cards/", CARD, **headers)
        assert status == 201, card
        order = {"cart_id": cart, "email": "ada@example.com", "ship_to": SHIP_TO, "payment_method": card["token"]}
        status, answer = self.ask("POST", "orders/orders/", order, **{"Idempotency-Key": cart, **headers})
        assert status in (200, 201, 202), answer
        return dict(answer)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of internal keys of all processes."""
    path = tmp_path_factory.mktemp("keys") / "keys"
    path.write_text(f"{OLD}\n")
    return path


@pytest.fixture(scope="module")
def hub(keys: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """``manage.py up --split orders+customers``; yields the hub's port."""
    server = EmbeddedServer(directory=tmp_path_factory.mktemp("behind") / "postgres", fast=True)
    server.ensure_running()
    elsewhere = server.url.rpartition("/")[0] + "/elsewhere"
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE elsewhere")
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "up", "--split", "orders+customers", "--port", str(port), "--threads", "4"],
        cwd=ROOT,
        env={
            **os.environ,
            "DATABASE_URL": server.url,
            "ORDERS_DATABASE_URL": elsewhere,
            "CUSTOMERS_DATABASE_URL": elsewhere,
            "SEAMLINE_SECRET": "for this test alone",
            "SEAMLINE_INTERNAL_KEYS_FILE": str(keys),
            "SEAMLINE_RETAIL_FILE": "demo",
            "SEAMLINE_DEMO": "false",
            "SEAMLINE_DISPATCHER": "thread",
            "SEAMLINE_POOL_SIZE": "4",
            "SEAMLINE_MODULES": "all",
            "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
        },
    )
    try:
        wait_until(lambda: answers(f"http://127.0.0.1:{port}", process), seconds=90, every=0.2, what="the hub")
        ready = Client(port)
        wait_until(lambda: ready.ask("GET", "catalog/products/")[1]["results"], seconds=90, every=0.5, what="products")
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(timeout=60)
        server.destroy()
    assert code == 0


@pytest.fixture(scope="module")
def ada(hub: int) -> str:
    status, customer = Client(hub).ask(
        "POST", "customers/sign-up/", {**CREDENTIALS, "name": "Ada", "country": "United Kingdom"}
    )
    assert status == 201, customer
    return str(customer["customer_id"])


def browser(hub: int) -> Client:
    client = Client(hub)
    status, answer = client.ask("POST", "customers/login/", CREDENTIALS)
    assert status == 200, answer
    return client


def test_a_guest_buys(hub: int) -> None:
    guest = Client(hub)
    order = guest.buy()
    assert order["order_id"]
    assert guest.ask("GET", f"orders/orders/{order['order_id']}/")[0] == 404, "a guest's order is nobody's to see"


@pytest.mark.parametrize("kind", ["session", "tokens/", "tokens/jwt/"])
def test_a_customer_buys_and_sees_the_order(hub: int, ada: str, kind: str) -> None:
    if kind == "session":
        client = browser(hub)
        headers = client.csrf()
    else:
        client, headers = Client(hub), {}
        status, token = client.ask("POST", f"customers/{kind}", CREDENTIALS)
        assert status == 201
        client.headers["Authorization"] = f"Bearer {token['token']}"
    order = client.buy(**headers)
    assert client.ask("GET", f"orders/orders/{order['order_id']}/")[0] == 200
    assert Client(hub).ask("GET", f"orders/orders/{order['order_id']}/")[0] == 404
    assert client.ask("GET", "customers/me/")[1]["customer_id"] == ada


def test_one_document_covers_the_whole_api(hub: int) -> None:
    status, _, content = Client(hub).raw("GET", "/api/schema/?format=json")
    document = json.loads(content)
    assert status == 200
    assert {path.split("/")[3] for path in document["paths"]} >= {"catalog", "orders", "customers", "payments"}
    assert "/api/v1/customers/login/" in document["paths"]
    assert "x-seamline-missing" not in document["info"]


def test_a_session_begins_and_ends_at_the_hub_though_customers_are_elsewhere(hub: int, ada: str) -> None:
    client, other = browser(hub), browser(hub)
    assert client.ask("PATCH", "customers/me/", {"name": "Ada B."})[0] == 403
    assert client.ask("PATCH", "customers/me/", {"name": "Ada B."}, **client.csrf())[1]["name"] == "Ada B."
    new = {"old_password": CREDENTIALS["password"], "new_password": "another long passphrase"}
    assert client.ask("POST", "customers/me/password/", new, **client.csrf())[0] == 204
    assert client.ask("GET", "customers/me/")[0] == 200
    assert other.ask("GET", "customers/me/")[0] == 401
    back = {"old_password": "another long passphrase", "new_password": CREDENTIALS["password"]}
    assert client.ask("POST", "customers/me/password/", back, **client.csrf())[0] == 204
    assert client.ask("POST", "customers/logout/", **client.csrf())[0] == 204
    assert client.ask("GET", "customers/me/")[0] == 401


def test_a_token_that_is_revoked_is_gone_at_once(hub: int, ada: str) -> None:
    client = Client(hub)
    token = client.ask("POST", "customers/tokens/", CREDENTIALS)[1]["token"]
    client.headers["Authorization"] = f"Bearer {token}"
    assert client.ask("GET", "customers/me/")[0] == 200
    assert client.ask("DELETE", "customers/tokens/current/")[0] == 204
    assert client.ask("GET", "customers/me/")[0] == 401


@pytest.mark.parametrize("name", ["Seamline-Identity", "Seamline_Identity", "SEAMLINE-IDENTITY"])
def test_nobody_becomes_a_customer_by_a_header(hub: int, ada: str, name: str) -> None:
    payload = f'["customers",0,99999999999999,"{ada}","","",["*"],"opaque","",true]'
    for value in ("x", payload, f"1.installation.{payload}.{'0' * 64}"):
        status, _ = Client(hub).ask("GET", "customers/me/", **{name: value})
        assert status == 401


@pytest.mark.parametrize(
    "target",
    [
        "/api/v1/orders/../../../internal/calls/orders/order",
        "/api/v1/orders/%2e%2e/%2e%2e/%2e%2e/internal/calls/orders/order",
        "/api/v1/orders/..%2f..%2f..%2finternal/identity",
        "/api/v1/orders/%252e%252e/metrics",
    ],
)
def test_no_path_leads_to_what_is_internal(hub: int, target: str) -> None:
    status, headers, _ = Client(hub).raw("POST", target, {})
    assert status in (400, 401, 403, 404)
    assert headers["Content-Type"].startswith(("application/problem+json", "application/json", "text/html"))
    assert Client(hub).raw("POST", "/internal/identity", {})[0] == 401
    assert Client(hub).raw("POST", "/internal/calls/orders/order", {})[0] == 401


def test_internal_keys_rotate_while_people_buy_and_nobody_is_refused(hub: int, ada: str, keys: Path) -> None:
    """The procedure of docs/gateway/identity.md, with every key in one file."""
    client, asked = browser(hub), 0
    for lines in ([OLD], [OLD, NEW], [NEW, OLD], [NEW]):
        fresh = keys.with_suffix(".fresh")
        fresh.write_text("\n".join(lines))
        fresh.replace(keys)
        end = time.monotonic() + STEP_SECONDS
        while time.monotonic() < end:
            status, answer = client.ask("GET", "customers/me/")
            assert status == 200, answer
            assert client.ask("GET", f"orders/carts/{uuid.uuid4()}/")[0] == 200
            asked += 2
            time.sleep(0.02)  # traffic, not a benchmark
    assert asked > 50
    assert client.buy(**client.csrf())["order_id"]
