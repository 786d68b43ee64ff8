"""The same wish from many at once: the provider's own books prove that money moved once."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest

from contracts.payments import Payments, PaymentState
from modules.payments.application.settle_pending import settle_pending
from modules.payments.tests.helpers import (
    assert_books_agree,
    authorised,
    captured,
    card,
    events,
    new_order,
    pounds,
    rows,
)
from seamline.calls import use
from seamline.testing import at_once

pytestmark = pytest.mark.usefixtures("database")
MANY = 64


@pytest.mark.parametrize("key", ["same", None])
def test_sixty_four_authorisations_of_one_order_set_its_amount_aside_once(key: str | None) -> None:
    order_id, token = new_order(), card()
    answers = at_once(
        lambda number: use(Payments, idempotency_key=key, timeout=30).authorise(
            order_id=order_id, amount=pounds("10.00"), payment_method=token
        ),
        threads=MANY,
    )
    assert {answer.state for answer in answers} == {PaymentState.AUTHORISED}
    assert rows("SELECT count(*), sum(amount) FROM sandbox_charge") == [(1, Decimal("10.00"))]
    assert events() == ["payments.payment_authorised"]
    assert_books_agree()


@pytest.mark.parametrize("key", ["same", None])
def test_sixty_four_captures_take_the_money_once(key: str | None) -> None:
    order_id = authorised()
    answers = at_once(
        lambda number: use(Payments, idempotency_key=key, timeout=30).capture(order_id=order_id), threads=MANY
    )
    assert {answer.state for answer in answers} == {PaymentState.CAPTURED}
    assert rows("SELECT captured FROM sandbox_charge") == [(Decimal("10.00"),)]
    assert events().count("payments.payment_captured") == 1
    assert_books_agree()


def test_sixty_four_refunds_with_the_same_key_give_back_once() -> None:
    order_id = captured("10.00")
    answers = at_once(
        lambda number: use(Payments, idempotency_key="r", timeout=30).refund(
            order_id=order_id, amount=pounds("4.00"), reason="broken"
        ),
        threads=MANY,
    )
    assert {answer.refunded for answer in answers} == {pounds("4.00")}
    assert rows("SELECT refunded FROM sandbox_charge") == [(Decimal("4.00"),)]
    assert_books_agree()


def test_sixty_four_refunds_with_different_keys_never_exceed_what_was_taken() -> None:
    order_id = captured("10.00")
    answers = at_once(
        lambda number: use(Payments, timeout=30).refund(order_id=order_id, amount=pounds("1.00"), reason="broken"),
        threads=MANY,
    )
    assert Counter(type(answer).__name__ for answer in answers) == {"Payment": 10, "RefundTooLarge": 54}
    assert rows("SELECT captured, refunded FROM sandbox_charge") == [(Decimal("10.00"), Decimal("10.00"))]
    assert events().count("payments.payment_refunded") == 10
    assert_books_agree()


def test_capture_and_void_at_once_end_with_the_money_where_the_payment_says() -> None:
    orders = [authorised() for _ in range(12)]

    def act(number: int) -> None:
        order_id = orders[number % 12]
        if number < 12:
            use(Payments, timeout=30).capture(order_id=order_id)
        elif number < 24:
            use(Payments, timeout=30).void(order_id=order_id, reason="compensation")
        else:
            settle_pending()

    answers = at_once(act, threads=30)
    assert {type(answer).__name__ for answer in answers} <= {"NoneType", "WrongPaymentState"}
    states = Counter(payment.state for payment in use(Payments).payments(order_ids=tuple(orders)).values())
    assert set(states) <= {PaymentState.VOIDED, PaymentState.REFUNDED}
    assert_books_agree()


def test_void_and_authorisation_at_once_leave_nothing_set_aside() -> None:
    token = card()
    orders = [new_order() for _ in range(12)]

    def act(number: int) -> None:
        order_id = orders[number % 12]
        if number < 12:
            use(Payments, timeout=30).authorise(order_id=order_id, amount=pounds("10.00"), payment_method=token)
        else:
            use(Payments, timeout=30).void(order_id=order_id, reason="compensation")

    answers = at_once(act, threads=24)
    assert {type(answer).__name__ for answer in answers} <= {"NoneType", "CardDeclined"}
    assert rows("SELECT count(*) FROM payment WHERE state <> 'voided'") == [(0,)]
    assert rows("SELECT count(*) FROM sandbox_charge WHERE NOT voided") == [(0,)]
