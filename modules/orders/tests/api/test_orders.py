"""The checkout and orders over HTTP."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from rest_framework.test import APIClient

from contracts.inventory import OutOfStock, Shortfall
from contracts.kernel import OrderId
from contracts.orders import Orders
from contracts.payments import ProviderTimedOut
from modules.orders.tests.api.test_carts import client
from modules.orders.tests.helpers import A, Neighbours, rows, sale
from seamline.calls import use

ORDERS = "/api/v1/orders/orders/"
SHIP_TO = {"name": "Ada", "line1": "1 Road", "city": "Town", "postcode": "SW1A 1AA", "country": "United Kingdom"}


def filled_cart(who: APIClient) -> str:
    cart_id = str(uuid.uuid4())
    who.post(f"/api/v1/orders/carts/{cart_id}/lines/", {"sku": "A", "quantity": 2}, format="json")
    return cart_id


def buy(who: APIClient, cart: str, *, key: str | None = "k", **changes: Any) -> Any:
    body = {"cart_id": cart, "email": "ada@example.com", "ship_to": SHIP_TO, "payment_method": "token"} | changes
    headers = {} if key is None else {"Idempotency-Key": key}
    return who.post(ORDERS, body, format="json", headers=headers)


def test_guest_buys(neighbours: Neighbours) -> None:
    guest = client()
    answer = buy(guest, filled_cart(guest))
    assert answer.status_code == 201
    assert answer.headers["Seamline-Position"].startswith("orders:")
    order = answer.json()
    assert order["state"] == "placed"
    assert order["customer_id"] is None
    assert order["total"] == {"amount": "5.00", "currency": "GBP"}
    assert order["ship_to"] == {**SHIP_TO, "line2": ""}
    price, total = {"amount": "2.50", "currency": "GBP"}, {"amount": "5.00", "currency": "GBP"}
    assert order["lines"] == [{"sku": "A", "name": "Thing A", "quantity": 2, "unit_price": price, "total": total}]


def test_same_checkout_sent_twice_is_one_order(neighbours: Neighbours) -> None:
    guest = client()
    cart_id = filled_cart(guest)
    first, second = buy(guest, cart_id), buy(guest, cart_id)
    assert first.json() == second.json()
    assert second.status_code == 201
    assert rows("SELECT count(*) FROM sales_order") == [(1,)]


def test_two_guests_with_the_same_key_do_not_collide(neighbours: Neighbours) -> None:
    guest = client()
    assert buy(guest, filled_cart(guest)).json()["order_id"] != buy(guest, filled_cart(guest)).json()["order_id"]


@pytest.mark.parametrize("key", [None, "", "k" * 101, "ключ"])
def test_checkout_without_a_usable_key_is_refused(neighbours: Neighbours, key: str | None) -> None:
    guest = client()
    answer = buy(guest, filled_cart(guest), key=key)
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["Idempotency-Key"]


def test_silent_provider_answers_accepted(neighbours: Neighbours) -> None:
    neighbours.payments.fail("authorise", ProviderTimedOut(order_id=OrderId(uuid.uuid4())))
    guest = client()
    answer = buy(guest, filled_cart(guest))
    assert (answer.status_code, answer.json()["state"]) == (202, "pending")


def test_sold_out_goods_are_told_with_the_shortfalls(neighbours: Neighbours) -> None:
    neighbours.inventory.fail("reserve", OutOfStock(shortfalls=(Shortfall(sku=A, requested=2, available=1),)))
    guest = client()
    answer = buy(guest, filled_cart(guest))
    assert (answer.status_code, answer.json()["code"]) == (409, "orders.stock_ran_out")
    assert answer.json()["data"]["shortfalls"] == [{"sku": "A", "requested": 2, "available": 1}]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"cart_id": "7"}, "cart_id"),
        ({"ship_to": {**SHIP_TO, "city": ""}}, "ship_to"),
        ({"payment_method": "x" * 201}, "payment_method"),
        ({"ship_to": {**SHIP_TO, "name": "A\nB"}}, "ship_to.name"),
    ],
)
def test_wrong_input_names_its_field(neighbours: Neighbours, changes: dict[str, Any], field: str) -> None:
    guest = client()
    answer = buy(guest, filled_cart(guest), **changes)
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]


def test_another_customers_cart_cannot_be_bought(neighbours: Neighbours) -> None:
    cart_id = filled_cart(client(uuid.uuid4()))
    answer = buy(client(uuid.uuid4()), cart_id)
    assert (answer.status_code, answer.json()["code"]) == (400, "orders.empty_cart")


def test_customer_lists_own_orders_page_by_page(neighbours: Neighbours) -> None:
    customer_id = uuid.uuid4()
    customer = client(customer_id)
    use(Orders).put_sales(sales=(sale("1", customer_id=customer_id), sale("2", customer_id=uuid.uuid4())))
    bought = buy(customer, filled_cart(customer)).json()
    page = customer.get(ORDERS, {"limit": 1}).json()
    assert page["count"] == 2
    assert page["results"] == [bought]
    rest = customer.get(page["next"]).json()
    assert [order["number"] for order in rest["results"]] == ["1"]
    assert client().get(ORDERS).status_code in (401, 403)
    assert customer.get(ORDERS, {"limit": 1000}).status_code == 400


def test_order_is_visible_to_its_customer_and_to_operators_alone(neighbours: Neighbours) -> None:
    customer = client(uuid.uuid4())
    order_id = buy(customer, filled_cart(customer)).json()["order_id"]
    assert customer.get(f"{ORDERS}{order_id}/").status_code == 200
    assert client(operator="olivia", permissions=("orders.view_order",)).get(f"{ORDERS}{order_id}/").status_code == 200
    assert client(operator="eve").get(f"{ORDERS}{order_id}/").status_code == 404
    for other in (client(), client(uuid.uuid4())):
        answer = other.get(f"{ORDERS}{order_id}/")
        assert answer.status_code == 404
        assert answer.json() == {
            **customer.get(f"{ORDERS}{uuid.uuid4()}/").json(),
            "data": {"order_id": order_id},
        }, "a foreign order looks like one that does not exist"
        assert other.post(f"{ORDERS}{order_id}/cancel/", {}, format="json").status_code == 404


def test_guests_order_is_shown_to_no_guest(neighbours: Neighbours) -> None:
    guest = client()
    order_id = buy(guest, filled_cart(guest)).json()["order_id"]
    assert guest.get(f"{ORDERS}{order_id}/").status_code == 404


@pytest.mark.parametrize("by_operator", [False, True])
def test_order_is_cancelled_by_its_customer_or_an_operator(neighbours: Neighbours, by_operator: bool) -> None:
    customer = client(uuid.uuid4())
    order_id = buy(customer, filled_cart(customer)).json()["order_id"]
    who = client(operator="olivia", permissions=("orders.change_order",)) if by_operator else customer
    answer = who.post(f"{ORDERS}{order_id}/cancel/", {"reason": "too late"}, format="json")
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    actor = rows("SELECT meta->>'actor' FROM event_log WHERE name = 'orders.order_cancelled'")[0][0]
    assert actor.startswith("operator:olivia" if by_operator else "customer:")
    again = who.post(f"{ORDERS}{order_id}/cancel/", {}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "orders.not_cancellable")
