"""The gateway before a split shop: bought through, composed of, and one trace from it to the last handler."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from seamline.embedded.ports import free_port
from seamline.telemetry.tests.collector import CollectedSpan, Collector, collecting
from seamline.testing import wait_until
from tests.deployables import answers, ask, buy, project_copy, some_skus
from tests.split.shop import SplitShop, environment


class Door:
    """A gateway as a process, the shop behind it, and the spans that all of them send."""

    def __init__(self, *, address: str, shop: SplitShop, collector: Collector, log: Path) -> None:
        self.address, self.shop, self.collector, self.log = address, shop, collector, log


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    root = project_copy(tmp_path_factory.mktemp("door"))
    with ExitStack() as stack:
        collector = stack.enter_context(collecting())
        os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.endpoint
        os.environ["OTEL_BSP_SCHEDULE_DELAY"] = "200"
        stack.callback(lambda: [os.environ.pop(name) for name in list(os.environ) if name.startswith("OTEL_")])
        shop = stack.enter_context(SplitShop(root=root, split="orders,payments"))
        port, log = free_port(), root / "gateway.log"
        process = subprocess.Popen(
            [sys.executable, "manage.py", "gateway", "--port", str(port)],
            cwd=root,
            env=environment(SEAMLINE_REGISTRY=shop.address, SEAMLINE_MODULES="storefront", DEBUG="false"),
            stderr=stack.enter_context(log.open("wb")),
        )
        stack.callback(process.wait, timeout=30)
        stack.callback(process.terminate)
        address = f"http://127.0.0.1:{port}"
        wait_until(lambda: answers(address, process, path="/gateway/health"), seconds=30, every=0.1)
        yield Door(address=address, shop=shop, collector=collector, log=log)


def test_purchase_through_the_door_reaches_every_module(door: Door) -> None:
    order = buy(door.address)
    mails = f"SELECT count(*) FROM message WHERE kind = 'order_placed' AND about = '{order}'"
    wait_until(lambda: door.shop.rows("hub", "notifications", mails) == [(1,)], seconds=20, what="the mail")
    assert door.shop.rows("orders", "orders", f"SELECT count(*) FROM sales_order WHERE order_id = '{order}'") == [(1,)]


def test_composition_has_parts_of_several_modules_and_says_how_each_was_come_by(door: Door) -> None:
    page = ask(door.address, f"pages/product/{some_skus(door.address)[0]}")
    assert page["complete"] is True
    assert set(page["parts"]) == set(page["status"]) == {"product", "stock", "also_bought"}
    with pytest.raises(urllib.error.HTTPError) as refused:
        ask(door.address, "pages/product/NO-SUCH")
    assert refused.value.code == 404


def test_account_is_composed_for_who_is_logged_in_and_nobody_else(door: Door) -> None:
    login = {"email": "demo@example.com", "password": "seamline-demo"}
    token = ask(door.address, "customers/tokens/", login)["token"]
    page = ask(door.address, "pages/account", Authorization=f"Bearer {token}")
    assert page["parts"]["customer"]["email"] == "demo@example.com"
    with pytest.raises(urllib.error.HTTPError) as refused:
        ask(door.address, "pages/account")
    assert refused.value.code == 401


def test_nobody_outside_can_say_who_they_are(door: Door) -> None:
    for header in ("Seamline-Identity", "X-Seamline-Identity"):
        request = urllib.request.Request(f"{door.address}/api/v1/customers/me/", headers={header: "1.installation.x.y"})
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=10)
        assert refused.value.code == 401
    with pytest.raises(urllib.error.HTTPError) as hidden:
        urllib.request.urlopen(f"{door.address}/internal/registry/watch", timeout=10)
    assert hidden.value.code == 404


def test_one_trace_leads_from_the_door_to_the_last_handler(door: Door) -> None:
    door.collector.spans.clear()
    buy(door.address)

    def found() -> list[CollectedSpan]:
        handled = door.collector.named("notifications.tell_buyers")
        return [span for span in door.collector.spans if handled and span.trace == handled[-1].trace]

    def way() -> list[CollectedSpan]:
        """From the handler up, as far as spans have arrived: each process sends its own a moment later."""
        spans = {span.id: span for span in found()}
        upwards = [span for span in spans.values() if span.name == "notifications.tell_buyers"][:1]
        while upwards and upwards[-1].parent in spans:
            upwards.append(spans[upwards[-1].parent])
        return upwards

    services = {"seamline-gateway", "seamline-orders", "seamline-payments", "seamline-shop"}
    wait_until(
        lambda: {span.service for span in found()} >= services and way()[-1].parent == "",
        what="spans of all processes",
    )
    assert way()[-1].service == "seamline-gateway"
    assert "seamline-orders" in {span.service for span in way()}


def test_access_log_says_what_was_asked_without_what_is_secret(door: Door) -> None:
    request = urllib.request.Request(
        f"{door.address}/api/v1/catalog/products/?q=hidden-words", headers={"Cookie": "sessionid=hidden-cookie"}
    )
    urllib.request.urlopen(request, timeout=10).close()

    def line() -> dict[str, object] | None:
        lines = [line for line in door.log.read_text().splitlines() if line.startswith("{")]
        asked = [each for each in map(json.loads, lines) if each["path"] == "/api/v1/catalog/products/"]
        return asked[-1] if asked else None

    told = wait_until(line)
    assert (told["status"], told["to"]) == (200, "catalog")
    assert "hidden" not in door.log.read_text()
    assert "Bearer" not in door.log.read_text()
