"""A customer at one look: four calls for any number of orders, and what cannot be had is marked."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from contracts.customers import UnknownCustomer
from contracts.inventory import Reservation, ReservationState, StockLine
from contracts.kernel import Money, OrderId, Sku
from contracts.orders import Channel, Order, OrderLine, OrderPage, OrderState
from contracts.payments import Payment, PaymentMethod, PaymentState
from modules.storefront.models import OrderSummary
from modules.storefront.tests.conftest import CUSTOMER, Shop
from seamline.contract import ModuleUnavailable
from seamline.web.principal import Principal

pytestmark = pytest.mark.usefixtures("database")
OLIVIA = Principal(
    operator="olivia",
    permissions=frozenset(("customers.view_account", "orders.view_order", "payments.view_paymentrow")),
)
HERSELF = Principal(customer_id=CUSTOMER.customer_id)
NOON = datetime(2011, 12, 1, 12, tzinfo=UTC)
PRICE = Money(amount=Decimal("2.50"))
ORDERS = tuple(
    Order(
        order_id=OrderId(uuid.UUID(int=number)),
        number=f"S{number}",
        customer_id=CUSTOMER.customer_id,
        email=CUSTOMER.email,
        state=OrderState.PLACED,
        channel=Channel.SHOP,
        lines=(OrderLine(sku=Sku("TEA"), name="Tea", quantity=2, unit_price=PRICE),),
        total=PRICE * 2,
        country="United Kingdom",
        ship_to=None,
        placed_at=NOON - timedelta(days=number),
    )
    for number in range(1, 13)
)


def payment(order_id: OrderId) -> Payment:
    method = PaymentMethod(token="t", brand="visa", last4="4242")
    return Payment(order_id=order_id, amount=PRICE * 2, refunded=PRICE * 0, state=PaymentState.CAPTURED, method=method)


def reservation(order_id: OrderId) -> Reservation:
    lines = (StockLine(sku=Sku("TEA"), quantity=2),)
    return Reservation(order_id=order_id, state=ReservationState.CONFIRMED, lines=lines, expires_at=NOON)


@pytest.fixture
def full(shop: Shop) -> Shop:
    """The shop with a customer of twelve orders."""
    shop.orders.do(
        "orders_of", lambda customer_id, limit, offset=0: OrderPage(orders=ORDERS[:limit], total=len(ORDERS))
    )
    shop.payments.do("payments", lambda order_ids: {each: payment(each) for each in order_ids})
    shop.inventory.do("reservations", lambda order_ids: {each: reservation(each) for each in order_ids[1:]})
    return shop


def get(user: Principal | None, **parameters: object) -> Any:
    client = APIClient()
    client.force_authenticate(user)
    return client.get(f"/api/v1/storefront/customer-overview/{CUSTOMER.customer_id}/", parameters)


@pytest.mark.parametrize("user", [OLIVIA, HERSELF])
def test_all_parts_come_in_one_answer_of_four_calls(full: Shop, user: Principal) -> None:
    answer = get(user, orders=12)
    document = answer.json()
    assert document["complete"] is True
    assert document["parts"]["customer"]["email"] == CUSTOMER.email
    assert [order["number"] for order in document["parts"]["orders"]] == [f"S{number}" for number in range(1, 13)]
    assert document["parts"]["orders"][0]["units"] == 2
    assert {each["state"] for each in document["parts"]["payments"]} == {"captured"}
    assert [each["state"] for each in document["parts"]["shipments"]] == ["shipped"] * 11
    assert answer["Seamline-Parts"] == "customer=ok, orders=ok, payments=ok, shipments=ok"
    assert answer["Cache-Control"] == "private, no-store"
    assert sum(len(fake.calls) for fake in (full.customers, full.orders, full.payments, full.inventory)) == 4


def test_a_part_that_is_away_is_null_and_marked_and_the_others_are_there(full: Shop) -> None:
    full.payments.fail("payments", ModuleUnavailable(operation="payments.payments", reason="away"))
    document = get(OLIVIA).json()
    assert document["complete"] is False
    assert document["parts"]["payments"] is None
    assert (document["status"]["payments"]["state"], document["status"]["payments"]["reason"]) == (
        "default",
        "unavailable",
    )
    assert len(document["parts"]["shipments"]) == 9


def test_orders_come_from_the_shops_own_history_while_their_module_is_away(full: Shop) -> None:
    OrderSummary.objects.create(
        order_id=ORDERS[0].order_id,
        number="S1",
        customer_id=CUSTOMER.customer_id,
        state=OrderSummary.State.PLACED,
        placed_at=NOON,
        amount=Decimal("5.00"),
        units=2,
    )
    full.orders.fail("orders_of", ModuleUnavailable(operation="orders.orders_of", reason="away"))
    document = get(OLIVIA).json()
    assert document["status"]["orders"]["state"] == "fallback"
    assert [order["number"] for order in document["parts"]["orders"]] == ["S1"]
    assert len(document["parts"]["payments"]) == 1


def test_an_unknown_customer_is_not_found(full: Shop) -> None:
    full.customers.fail("customer", UnknownCustomer(customer_id=CUSTOMER.customer_id))
    assert get(OLIVIA).status_code == 404


@pytest.mark.parametrize(
    ("user", "status"),
    [
        (None, 401),
        (Principal(customer_id=uuid.uuid4()), 404),
        (Principal(operator="oscar", permissions=frozenset(("customers.view_account",))), 404),
    ],
)
def test_nobody_else_learns_anything(full: Shop, user: Principal | None, status: int) -> None:
    assert get(user).status_code in (status, 403 if status == 401 else status)
    assert full.customers.calls == []


def test_a_number_of_orders_out_of_range_is_refused(full: Shop) -> None:
    assert get(OLIVIA, orders=51).status_code == 400
