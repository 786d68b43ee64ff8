"""What is known of an order from its events agrees with its row, and says what was known before."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from rest_framework.test import APIClient

from contracts.orders import Orders, OrderState, PaymentFailed
from contracts.payments import CardDeclined
from modules.orders.infra.histories import ORDER
from modules.orders.tests.helpers import Neighbours, checkout, new_cart, rows, sale
from seamline.calls import use
from seamline.eventsourcing import Histories
from seamline.web.principal import Principal

pytestmark = pytest.mark.usefixtures("database")
known = Histories(ORDER)


def test_order_is_known_as_of_any_time(neighbours: Neighbours) -> None:
    order = checkout(new_cart(A=2, B=1))
    between = datetime.now(UTC)
    use(Orders).cancel_order(order_id=order.order_id, reason="too many")
    found = known.get(order.order_id, as_of=between).state
    assert (found.state, found.number, found.total, found.lines) == (
        OrderState.PLACED,
        order.number,
        order.total,
        order.lines,
    )
    found = known.get(order.order_id).state
    assert (found.state, found.reason, found.total) == (OrderState.CANCELLED, "too many", order.total)


def test_rejected_order_is_known_with_its_reason(neighbours: Neighbours) -> None:
    cart_id = new_cart(A=1)
    neighbours.payments.do("authorise", lambda **given: refuse(given["order_id"]))
    with pytest.raises(PaymentFailed):
        checkout(cart_id)
    ((order_id,),) = rows("SELECT order_id FROM sales_order")
    found = known.get(order_id).state
    assert (found.state, found.reason) == (OrderState.REJECTED, "payments.card_declined")


def refuse(order_id: object) -> None:
    raise CardDeclined(order_id=order_id, reason="no")  # type: ignore[arg-type]


def test_credit_note_from_elsewhere_is_known_with_negative_amounts() -> None:
    use(Orders).put_sales(sales=(sale("C1", units=-2),))
    ((order_id,),) = rows("SELECT order_id FROM sales_order")
    assert known.get(order_id).state.total.amount < 0


def test_operators_read_it_over_http_and_nobody_else(neighbours: Neighbours) -> None:
    order = checkout(new_cart(A=2))
    path = f"/api/v1/orders/ledger/order/{order.order_id}/"
    assert APIClient().get(path).status_code in (401, 403)
    client = APIClient()
    client.force_authenticate(Principal(operator="olivia", permissions=frozenset(("*",))))
    assert client.get(path).json()["state"]["total"] == {"amount": "5.00", "currency": "GBP"}
    assert [each["name"] for each in client.get(f"{path}history/").json()["events"]] == ["orders.order_placed"]
