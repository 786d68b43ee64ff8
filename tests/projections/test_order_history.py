"""The order history over HTTP: one's own alone, and what was just ordered for whoever sends its position."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest
from rest_framework.test import APIClient

from contracts.kernel import OrderId
from modules.storefront.tests.conftest import CUSTOMER
from modules.storefront.tests.test_handlers import placed
from seamline.data import atomic
from seamline.events import drain, publish
from seamline.projections import position_after
from seamline.web.positions import POSITION, STALE, position_headers
from seamline.web.principal import Principal

pytestmark = pytest.mark.usefixtures("database")
PATH = "/api/v1/storefront/order-history/"


def client(principal: Principal | None) -> APIClient:
    made = APIClient()
    made.force_authenticate(user=principal)
    return made


def order(number: int) -> None:
    event = replace(
        placed(), order_id=OrderId(uuid.UUID(int=number)), number=f"S{number}", customer_id=CUSTOMER.customer_id
    )
    with atomic("orders"):
        publish(event)


def test_order_is_in_the_history_of_whoever_sends_the_position_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seamline.web.positions.LONGEST_WAIT", 0.05)
    herself = client(Principal(customer_id=CUSTOMER.customer_id))
    order(1)
    drain()
    order(2)
    headers = position_headers("orders")
    assert headers == {POSITION: position_after("orders")}
    early = herself.get(PATH, headers=headers)
    assert (early.headers[STALE], early.json()["count"]) == ("true", 1)
    drain()
    answer = herself.get(PATH, headers=headers)
    assert (answer.status_code, answer.headers[STALE]) == (200, "false")
    assert {row["number"] for row in answer.json()["results"]} == {"S1", "S2"}
    assert STALE not in herself.get(PATH).headers


def test_others_see_nothing_and_nonsense_is_refused() -> None:
    order(1)
    drain()
    assert client(None).get(PATH).status_code in (401, 403)
    assert client(Principal(customer_id=uuid.UUID(int=99))).get(PATH).json()["count"] == 0
    refused = client(Principal(customer_id=CUSTOMER.customer_id)).get(PATH, headers={POSITION: "yesterday"})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, [POSITION])
