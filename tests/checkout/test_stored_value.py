"""A whole checkout paid with a wallet or a gift card: orders cannot tell it from a card."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable
from decimal import Decimal

import pytest

from contracts.kernel import CustomerId, Money
from contracts.orders import Orders, OrderState, PaymentFailed
from contracts.payments import Payments
from seamline.calls import use
from seamline.testing import at_once
from seamline.testing.split import rows, run_job
from tests.checkout.processes import killed_at
from tests.checkout.shop import assert_books_agree, buy, card, filled_cart, make_sagas_due, open_shop

pytestmark = pytest.mark.usefixtures("database")


def filled_wallet(amount: str) -> CustomerId:
    customer_id = CustomerId(uuid.uuid4())
    use(Payments).top_up_wallet(customer_id=customer_id, amount=Money(amount=Decimal(amount)), reason="sorry")
    return customer_id


def in_ledger() -> dict[str, Decimal]:
    return dict(
        rows("payments", "SELECT account, sum(amount) FROM ledger_entry GROUP BY account HAVING sum(amount) <> 0")
    )


def test_checkout_paid_with_a_wallet_takes_from_it_and_cancelling_gives_back() -> None:
    open_shop()
    customer_id = filled_wallet("100.00")
    order = buy(filled_cart(), use(Payments).pay_with_wallet(customer_id=customer_id).token)
    assert order.state is OrderState.PLACED
    total = order.total.amount
    assert use(Payments).wallet(customer_id=customer_id).available.amount == 100 - total
    assert in_ledger() == {f"wallet:{customer_id}": total - 100, "goodwill": 100, "sales": -total}
    assert_books_agree()
    use(Orders).cancel_order(order_id=order.order_id, reason="changed my mind")
    assert use(Payments).wallet(customer_id=customer_id).available.amount == 100
    assert in_ledger() == {f"wallet:{customer_id}": -100, "goodwill": 100}


def test_checkout_paid_with_a_gift_card_leaves_the_rest_for_the_next_one() -> None:
    open_shop()
    gift = use(Payments).issue_gift_card(
        amount=Money(amount=Decimal("100.00")), recipient="bob@example.com", message="hello"
    )
    totals = []
    for _ in range(2):
        order = buy(filled_cart(), use(Payments).pay_with_gift_card(code=gift.code).token)
        totals.append(order.total.amount)
    assert use(Payments).gift_card(code=gift.code).available.amount == 100 - sum(totals)
    assert in_ledger()["sales"] == -sum(totals)
    assert_books_agree()


def test_checkout_that_costs_more_than_the_wallet_has_is_rejected_and_paid_with_a_card_instead() -> None:
    open_shop()
    customer_id, cart_id = filled_wallet("1.00"), filled_cart()
    with pytest.raises(PaymentFailed) as refused:
        buy(cart_id, use(Payments).pay_with_wallet(customer_id=customer_id).token)
    assert refused.value.reason == "payments.card_declined"
    assert buy(cart_id, card()).state is OrderState.PLACED
    assert use(Payments).wallet(customer_id=customer_id).available.amount == 1
    assert_books_agree()


def test_one_wallet_that_pays_many_checkouts_at_once_pays_as_many_as_it_can() -> None:
    open_shop()
    first = buy(filled_cart(), card())
    customer_id = filled_wallet(str(first.total.amount * 2))
    token = use(Payments).pay_with_wallet(customer_id=customer_id).token
    carts = [filled_cart() for _ in range(4)]

    def ask(number: int) -> object:
        return buy(carts[number], token, key=f"buyer of {carts[number]}")

    at_once(ask, threads=4)
    for number in range(4):  # whoever was told to come back later does
        at_once(lambda _, number=number: ask(number), threads=1)
    for _ in range(8):
        make_sagas_due()
        run_job("orders.sagas")
    states = Counter(state for (state,) in rows("orders", "SELECT state FROM sales_order"))
    assert states == {"placed": 3, "rejected": 2}
    assert use(Payments).wallet(customer_id=customer_id).balance.amount == 0
    assert_books_agree()


def _hang_before_recording(hang: Callable[[], None]) -> None:
    from modules.payments.application import carry_out

    def record(**arguments: object) -> None:
        hang()

    carry_out.record = record  # type: ignore[assignment]


@pytest.mark.together(
    "payments", "orders", reason="the killed process is a fork of this one, stopped inside the payment"
)
def test_kill_between_what_the_wallet_gave_and_its_record_takes_it_once() -> None:
    open_shop()
    customer_id, cart_id = filled_wallet("100.00"), filled_cart()
    token = use(Payments).pay_with_wallet(customer_id=customer_id).token
    assert killed_at("", lambda: buy(cart_id, token, key="k"), patch=_hang_before_recording)
    held = use(Payments).wallet(customer_id=customer_id)
    assert held.available.amount < held.balance.amount == 100
    make_sagas_due()
    run_job("orders.sagas")
    order = buy(cart_id, token, key="k")
    assert order.state is OrderState.PLACED
    assert use(Payments).wallet(customer_id=customer_id).available.amount == 100 - order.total.amount
    assert_books_agree()
