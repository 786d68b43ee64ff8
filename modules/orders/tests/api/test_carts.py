"""Carts over HTTP."""

from __future__ import annotations

import uuid

import pytest
from rest_framework.test import APIClient

from contracts.kernel import Sku
from modules.orders.tests.helpers import Neighbours
from seamline.web.principal import Principal


def client(customer_id: uuid.UUID | None = None, *, operator: str = "", permissions: tuple[str, ...] = ()) -> APIClient:
    made = APIClient()
    made.force_authenticate(Principal(customer_id=customer_id, operator=operator, permissions=frozenset(permissions)))
    return made


def path(cart_id: object, rest: str = "") -> str:
    return f"/api/v1/orders/carts/{cart_id}{rest}/"


def test_guest_fills_changes_and_empties_a_cart(neighbours: Neighbours) -> None:
    cart_id, guest = uuid.uuid4(), client()
    assert guest.get(path(cart_id)).json() == {"cart_id": str(cart_id), "lines": []}
    guest.post(path(cart_id, "/lines"), {"sku": "A", "quantity": 2}, format="json")
    added = guest.post(path(cart_id, "/lines"), {"sku": "B"}, format="json")
    assert (added.status_code, added.json()["lines"]) == (
        200,
        [{"sku": "A", "quantity": 2}, {"sku": "B", "quantity": 1}],
    )
    changed = guest.patch(path(cart_id, "/lines/A"), {"quantity": 5}, format="json")
    assert changed.json()["lines"][0] == {"sku": "A", "quantity": 5}
    assert guest.delete(path(cart_id, "/lines/B")).json()["lines"] == [{"sku": "A", "quantity": 5}]
    assert guest.get(path(cart_id)).json()["lines"] == [{"sku": "A", "quantity": 5}]


def test_addition_sent_twice_with_one_key_counts_once_and_guests_do_not_collide(neighbours: Neighbours) -> None:
    first, second = uuid.uuid4(), uuid.uuid4()
    for cart_id in (first, first, second):
        client().post(path(cart_id, "/lines"), {"sku": "A"}, format="json", headers={"Idempotency-Key": "k"})
    for cart_id in (first, second):
        assert client().get(path(cart_id)).json()["lines"] == [{"sku": "A", "quantity": 1}]


def test_customers_cart_is_visible_to_that_customer_alone(neighbours: Neighbours) -> None:
    cart_id, owner = uuid.uuid4(), uuid.uuid4()
    client(owner).post(path(cart_id, "/lines"), {"sku": "A"}, format="json")
    assert client(owner).get(path(cart_id)).status_code == 200
    for other in (client(), client(uuid.uuid4())):
        assert other.get(path(cart_id)).status_code == 404
        assert other.post(path(cart_id, "/lines"), {"sku": "A"}, format="json").status_code == 404
        assert other.patch(path(cart_id, "/lines/A"), {"quantity": 5}, format="json").status_code == 404
        assert other.delete(path(cart_id, "/lines/A")).status_code == 404
    assert client(owner).get(path(cart_id)).json()["lines"] == [{"sku": "A", "quantity": 1}]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"sku": "a b", "quantity": 1}, "sku"),
        ({"quantity": 1}, "sku"),
        ({"sku": "A", "quantity": 0}, "quantity"),
        ({"sku": "A", "quantity": 1001}, "quantity"),
        ({"sku": "A", "quantity": "many"}, "quantity"),
    ],
)
def test_wrong_input_names_its_field(neighbours: Neighbours, body: dict[str, object], field: str) -> None:
    answer = client().post(path(uuid.uuid4(), "/lines"), body, format="json")
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]


def test_what_is_not_for_sale_is_told_with_its_code(neighbours: Neighbours) -> None:
    neighbours.withdrawn.add(Sku("A"))
    answer = client().post(path(uuid.uuid4(), "/lines"), {"sku": "A"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, "orders.not_for_sale")
    assert answer.json()["data"] == {"skus": ["A"]}


def test_impossible_stock_code_is_not_found(neighbours: Neighbours) -> None:
    assert client().delete(path(uuid.uuid4(), "/lines/not a code")).status_code == 404
