"""Checkouts whose bank takes its time: they wait, hold nothing up, and end as the bank says or without it."""

from __future__ import annotations

import msgspec
import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from contracts.kernel import OrderId
from contracts.orders import Order, Orders, OrderState, PaymentFailed
from modules.orders.application.checkout_saga import CHECKOUT, CHECKOUT_WITHOUT_WAIT
from modules.payments.infra.sandbox_bank import PATH, decide
from modules.payments.infra.webhooks import HEADER, signature
from seamline.calls import use
from seamline.testing.split import drain_everywhere, rows, run_job
from tests.checkout.shop import assert_books_agree, buy, card, filled_cart, open_shop

pytestmark = [
    pytest.mark.usefixtures("database"),
    pytest.mark.together("orders", "payments", reason="the bank and the sagas are looked at in this process"),
]
CONFIRMS_LATER = "4000000000003220"


def ordered() -> Order:
    """An order that waits for its bank."""
    open_shop()
    return buy(filled_cart(), card(CONFIRMS_LATER))


def bank_says(order_id: OrderId, *, approve: bool) -> None:
    key = f"authorise:{order_id}"
    assert decide(key=key, approve=approve)
    body = msgspec.json.encode({"key": key})
    headers = {HEADER: signature(body, at=timezone.now())}
    assert APIClient().post(PATH, body, content_type="application/json", headers=headers).status_code == 204
    drain_everywhere()
    run_job("orders.sagas")


def state(order_id: OrderId) -> OrderState:
    return use(Orders).order(order_id=order_id).state


def test_order_waits_and_is_placed_when_the_bank_says_yes() -> None:
    open_shop()
    cart_id, token = filled_cart(), card(CONFIRMS_LATER)
    order = buy(cart_id, token, key="once")
    run_job("orders.sagas")
    assert buy(cart_id, token, key="once") == order
    assert order.state is OrderState.PENDING
    bank_says(order.order_id, approve=True)
    assert buy(cart_id, token, key="once").state is OrderState.PLACED
    assert_books_agree()


def test_order_is_off_and_the_goods_are_back_when_the_bank_says_no() -> None:
    order = ordered()
    bank_says(order.order_id, approve=False)
    assert state(order.order_id) is OrderState.REJECTED
    assert rows("orders", "SELECT rejection FROM sales_order") == [("payments.card_declined",)]
    assert_books_agree()


def test_order_is_off_when_the_bank_says_nothing_for_too_long() -> None:
    order = ordered()
    rows(
        "orders",
        """UPDATE saga_instance SET next_at = next_at - interval '11 minutes',
        wait_until = wait_until - interval '11 minutes' RETURNING id""",
    )
    run_job("orders.sagas")
    assert state(order.order_id) is OrderState.REJECTED
    assert rows("orders", "SELECT rejection FROM sales_order") == [("seamline.timed_out",)]
    assert not decide(key=f"authorise:{order.order_id}", approve=True), "nothing is left to decide"
    run_job("payments.settle_pending")
    assert_books_agree()


def test_checkout_that_began_before_there_was_a_wait_ends_as_it_began(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modules.orders.application.place_order.CHECKOUT", CHECKOUT_WITHOUT_WAIT)
    open_shop()
    assert buy(filled_cart(), card()).state is OrderState.PLACED
    with pytest.raises(PaymentFailed):
        buy(filled_cart(), card(CONFIRMS_LATER))
    assert {version for (version,) in rows("orders", "SELECT version FROM saga_instance")} == {1}
    assert_books_agree()


def test_other_cards_leave_no_trace_of_the_wait() -> None:
    open_shop()
    buy(filled_cart(), card())
    drain_everywhere()
    (history,) = rows("orders", "SELECT history FROM saga_instance")[0]
    assert CHECKOUT.version == 2
    assert [entry["step"] for entry in history if entry["what"] in ("done", "awaits", "signalled")] == [
        "reserve_stock", "authorise_payment", "confirm_stock", "capture_payment",
    ]  # fmt: skip
