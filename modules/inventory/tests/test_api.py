"""Stock over HTTP: what customers may see, what operators may do, and what bad input is told."""

from __future__ import annotations

import uuid

import pytest
from rest_framework.test import APIClient

from contracts.inventory import Inventory
from modules.inventory.tests.helpers import stock
from seamline.calls import use
from seamline.web.principal import Principal

pytestmark = pytest.mark.usefixtures("database")
LEVELS, ADJUSTMENTS = "/api/v1/inventory/levels/", "/api/v1/inventory/adjustments/"
CHANGE = {"sku": "A", "change": 4, "reason": "received"}


@pytest.fixture
def anybody() -> APIClient:
    return APIClient()


@pytest.fixture
def operator() -> APIClient:
    client = APIClient()
    client.force_authenticate(Principal(operator="olivia", permissions=frozenset(("*",))))
    return client


def test_anybody_sees_what_can_be_sold(anybody: APIClient) -> None:
    stock(A=5, B=1)
    answer = anybody.get(LEVELS, {"sku": ["B", "A", "A", "GONE"]})
    assert answer.status_code == 200
    assert answer.json() == [{"sku": "A", "available": 5}, {"sku": "B", "available": 1}]


@pytest.mark.parametrize("skus", [[], ["a b"], ["A"] * 101, ["X" * 21]])
def test_stock_codes_that_are_none_are_refused_by_name(anybody: APIClient, skus: list[str]) -> None:
    answer = anybody.get(LEVELS, {"sku": skus})
    assert answer.status_code == 400
    assert "sku" in answer.json()["errors"]


def test_operator_adjusts_stock_once_a_key(operator: APIClient) -> None:
    for _ in range(2):
        answer = operator.post(ADJUSTMENTS, CHANGE, format="json", headers={"Idempotency-Key": "one"})
        assert answer.status_code == 200
        assert answer.json() == {"sku": "A", "on_hand": 4, "reserved": 0, "available": 4}
    other = operator.post(ADJUSTMENTS, CHANGE | {"change": 5}, format="json", headers={"Idempotency-Key": "one"})
    assert other.status_code == 409
    assert use(Inventory).availability(skus=("A",)) == {"A": 4}


def test_adjustment_without_a_key_is_a_new_intent_each_time(operator: APIClient) -> None:
    for _ in range(2):
        operator.post(ADJUSTMENTS, CHANGE, format="json")
    assert use(Inventory).availability(skus=("A",)) == {"A": 8}


def test_adjustment_that_takes_too_much_is_refused_with_the_contracts_code(operator: APIClient) -> None:
    answer = operator.post(ADJUSTMENTS, CHANGE | {"change": -1}, format="json")
    assert answer.status_code == 400
    assert answer.json()["code"] == "inventory.invalid_stock_change"


@pytest.mark.parametrize("key", ["", "x" * 101, "two\tparts"])
def test_key_that_is_none_is_refused(operator: APIClient, key: str) -> None:
    answer = operator.post(ADJUSTMENTS, CHANGE, format="json", headers={"Idempotency-Key": key})
    assert answer.status_code == 400


@pytest.mark.parametrize("user", [None, Principal(customer_id=uuid.uuid4())])
def test_nobody_but_operators_adjusts_stock(user: Principal | None) -> None:
    client = APIClient()
    client.force_authenticate(user)
    assert client.post(ADJUSTMENTS, CHANGE, format="json").status_code in (401, 403)
    assert use(Inventory).availability(skus=("A",)) == {}
