"""Orders in the browser: whose they are, when they are seen, how they are cancelled."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.test import Client

from contracts.kernel import OrderId
from contracts.orders import Channel, NotCancellable, Order, OrderState
from modules.storefront.models import OrderSummary
from modules.storefront.tests.conftest import CUSTOMER, Shop
from modules.storefront.tests.views.test_checkout import filled
from seamline.contract import ModuleUnavailable


def bought(client: Client, shop: Shop, **changes: str) -> Order:
    assert client.post("/checkout/", filled(client, **changes)).status_code == 302
    return list(shop.placed.values())[-1]


def history_row(**changes: Any) -> OrderSummary:
    values: dict[str, Any] = {
        "order_id": uuid.uuid4(),
        "number": "536365",
        "customer_id": CUSTOMER.customer_id,
        "channel": Channel.IMPORT,
        "state": "placed",
        "placed_at": datetime(2010, 12, 1, 8, 26, tzinfo=UTC),
        "amount": Decimal("139.12"),
        "preview": [["85123A", "WHITE HANGING HEART T-LIGHT HOLDER"]],
    }
    return OrderSummary.objects.create(**{**values, **changes})


def test_an_order_is_in_the_history_before_its_event_arrived_and_once_after(customer: Client, shop: Shop) -> None:
    order = bought(customer, shop, send_to="new")
    assert customer.get("/orders/").content.decode().count(f"Order {order.number}") == 1
    history_row(order_id=order.order_id, number=order.number)
    assert customer.get("/orders/").content.decode().count(f"Order {order.number}") == 1


def test_the_history_calls_no_other_module_for_its_rows(customer: Client, shop: Shop) -> None:
    for number in range(30):
        history_row(number=str(number))
    before = len(shop.orders.calls)
    text = customer.get("/orders/").content.decode()
    assert text.count("Order ") >= 20
    assert len(shop.orders.calls) == before


def test_orders_of_others_are_not_shown(customer: Client) -> None:
    history_row(number="OTHER", customer_id=uuid.uuid4())
    assert "OTHER" not in customer.get("/orders/").content.decode()


def test_an_order_of_somebody_else_is_not_found(customer: Client, shop: Shop) -> None:
    order = bought(customer, shop, send_to="new")
    key = next(iter(shop.placed))
    shop.placed[key] = replace(order, customer_id=uuid.uuid4())
    assert customer.get(f"/orders/{order.order_id}/").status_code == 404
    assert customer.post(f"/orders/{order.order_id}/cancel/").status_code == 404
    assert shop.orders.calls_of("cancel_order") == []


def test_a_guests_order_is_seen_in_the_same_browser_only(guest: Client, shop: Shop) -> None:
    order = bought(guest, shop)
    assert guest.get(f"/orders/{order.order_id}/").status_code == 200
    assert Client().get(f"/orders/{order.order_id}/").status_code == 404


def test_guests_are_asked_to_log_in_for_the_history(guest: Client) -> None:
    assert guest.get("/orders/")["Location"] == "/login/?next=%2Forders%2F"


def test_cancelling_twice_sends_the_same_key(customer: Client, shop: Shop) -> None:
    order = bought(customer, shop, send_to="new")
    shop.orders.answer("cancel_order", replace(order, state=OrderState.CANCELLED))
    for _ in range(2):
        answer = customer.post(f"/orders/{order.order_id}/cancel/", follow=True)
        assert "is cancelled" in answer.content.decode()
    keys = {call.idempotency_key for call in shop.orders.calls if call.operation == "cancel_order"}
    assert len(keys) == 1


def test_an_order_that_cannot_be_cancelled_says_so(customer: Client, shop: Shop) -> None:
    order = bought(customer, shop, send_to="new")
    shop.orders.fail("cancel_order", NotCancellable(order_id=OrderId(order.order_id), state=OrderState.CANCELLED))
    text = customer.post(f"/orders/{order.order_id}/cancel/", follow=True).content.decode()
    assert "cannot be cancelled any more" in text


def test_a_pending_order_says_that_it_goes_on_and_looks_again(guest: Client, shop: Shop) -> None:
    order = bought(guest, shop)
    key = next(iter(shop.placed))
    shop.placed[key] = replace(order, state=OrderState.PENDING)
    text = guest.get(f"/orders/{order.order_id}/thanks/").content.decode()
    assert "Nearly there" in text
    assert 'http-equiv="refresh"' in text


def test_a_rejected_order_says_why(guest: Client, shop: Shop) -> None:
    order = bought(guest, shop)
    key = next(iter(shop.placed))
    shop.placed[key] = replace(order, state=OrderState.REJECTED, rejection="payments.card_declined")
    answer = guest.get(f"/orders/{order.order_id}/thanks/", follow=True)
    assert answer.redirect_chain == [(f"/orders/{order.order_id}/", 302)]
    text = answer.content.decode()
    assert "bank declined the payment" in text.replace("&#x27;", "'")
    assert "Cancel this order" not in text


def test_an_order_is_shown_while_payments_are_away(guest: Client, shop: Shop) -> None:
    order = bought(guest, shop)
    shop.payments.fail("payment", ModuleUnavailable(operation="payments.payment", reason="away"))
    text = guest.get(f"/orders/{order.order_id}/").content.decode()
    assert order.number in text
    assert "Paid with" not in text
