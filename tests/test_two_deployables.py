"""Notifications alone on a database of its own, the rest of the shop elsewhere: a purchase there is mail here."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from seamline.embedded import EmbeddedServer
from seamline.embedded.ports import free_port
from seamline.testing.waiting import wait_until

ROOT = Path(__file__).resolve().parent.parent
SHOP = "catalog,customers,inventory,orders,payments,recommendations,storefront"
SHIP_TO = {"name": "Ada", "line1": "1 Road", "city": "Town", "postcode": "SW1A 1AA", "country": "United Kingdom"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    started = EmbeddedServer(directory=tmp_path_factory.mktemp("deployables") / "postgres", fast=True)
    started.ensure_running()
    with psycopg.connect(started.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE mail")
    yield started
    started.destroy()


@contextmanager
def deployable(port: int, *, modules: str, database: str, **environment: str) -> Iterator[str]:
    """``manage.py up`` for these modules; yields its address when it answers."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "up", "--port", str(port), "--threads", "4"],
        cwd=ROOT,
        env={
            **os.environ,
            "SEAMLINE_MODULES": modules,
            "DATABASE_URL": database,
            "SEAMLINE_SECRET": "for this test alone",
            "SEAMLINE_RETAIL_FILE": "demo",
            "SEAMLINE_DEMO": "false",
            "SEAMLINE_DISPATCHER": "thread",
            "SEAMLINE_POOL_SIZE": "4",
            "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
            **environment,
        },
        stdout=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: answers(address, process), seconds=60, every=0.2, what=modules)
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0


def answers(address: str, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, "The deployable has ended; what it wrote is above."
    try:
        with urllib.request.urlopen(f"{address}/health/ready", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def ask(address: str, path: str, body: dict[str, Any] | None = None, **headers: str) -> Any:
    request = urllib.request.Request(
        f"{address}/api/v1/{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json", **headers},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def buy(shop: str) -> str:
    sku = next(
        product["sku"] for product in ask(shop, "catalog/products/")["results"] if product.get("available", True)
    )
    cart = str(uuid.uuid4())
    ask(shop, f"orders/carts/{cart}/lines/", {"sku": sku, "quantity": 1})
    card = {"number": "4242424242424242", "expiry_month": 12, "expiry_year": 2030, "security_code": "123"}
    token = ask(shop, "payments/cards/", card)["token"]
    order = {"cart_id": cart, "email": "ada@example.com", "ship_to": SHIP_TO, "payment_method": token}
    return str(ask(shop, "orders/orders/", order, **{"Idempotency-Key": cart})["order_id"])


def test_mail_is_written_by_a_deployable_of_its_own_once_for_each_purchase(server: EmbeddedServer) -> None:
    mail_database = server.url.rpartition("/")[0] + "/mail"
    shop_port, mail_port = free_port(), free_port()
    feeds = ",".join(f"{name}=http://127.0.0.1:{shop_port}" for name in ("orders", "customers"))
    with ExitStack() as stack:
        # The subscriber is there first, without its publishers.
        stack.enter_context(
            deployable(mail_port, modules="notifications", database=mail_database, SEAMLINE_FEEDS=feeds)
        )
        shop = stack.enter_context(deployable(shop_port, modules=SHOP, database=server.url))
        connection = stack.enter_context(psycopg.connect(mail_database, autocommit=True))

        def mail(kind: str) -> list[str]:
            rows = connection.execute("SELECT about FROM notifications.message WHERE kind = %s", [kind]).fetchall()
            return sorted(about for (about,) in rows)

        orders = sorted(buy(shop) for _ in range(3))
        customer = ask(
            shop,
            "customers/sign-up/",
            {"email": "ada@example.com", "password": "a long password", "name": "Ada", "country": "United Kingdom"},
        )
        wait_until(lambda: mail("customer_signed_up") and len(mail("order_placed")) >= len(orders), seconds=20)
        assert mail("order_placed") == orders
        assert mail("customer_signed_up") == [customer["customer_id"]]
        readers = subprocess.run(
            [sys.executable, "manage.py", "events", "readers", "--publisher", "orders", "--format", "json"],
            cwd=ROOT,
            env={
                **os.environ, "SEAMLINE_MODULES": SHOP, "DATABASE_URL": server.url,
                "SEAMLINE_SECRET": "for this test alone",
            },
            capture_output=True,
            check=True,
        )  # fmt: skip
        (reader,) = json.loads(readers.stdout)["readers"]["orders"]
        assert (reader["subscription"], reader["caller"]) == ("notifications.tell_buyers", "notifications")
