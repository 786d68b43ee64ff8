"""Notifications alone on a database of its own, the rest of the shop elsewhere: a purchase there is mail here."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import psycopg
import pytest

from seamline.embedded import EmbeddedServer
from seamline.embedded.ports import free_port
from seamline.testing.waiting import wait_until
from tests.deployables import ROOT, SECRET, answers, ask, buy

SHOP = "catalog,customers,inventory,orders,payments,recommendations,storefront"


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
            "SEAMLINE_SECRET": SECRET,
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
                "SEAMLINE_SECRET": SECRET,
            },
            capture_output=True,
            check=True,
        )  # fmt: skip
        (reader,) = json.loads(readers.stdout)["readers"]["orders"]
        assert (reader["subscription"], reader["caller"]) == ("notifications.tell_buyers", "notifications")
