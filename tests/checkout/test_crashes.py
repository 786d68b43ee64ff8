"""Checkouts killed with SIGKILL at every place: once the job has been there, all books agree."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from contracts.kernel import CartId
from contracts.orders import EmptyCart, Orders, OrderState, PaymentFailed
from seamline.calls import use
from seamline.contract import ContractError
from seamline.testing.split import rows, run_job
from tests.checkout.processes import killed_at
from tests.checkout.shop import (
    APPROVES,
    DECLINES_CAPTURE,
    LOSES_ANSWER,
    assert_books_agree,
    buy,
    card,
    filled_cart,
    make_sagas_due,
    open_shop,
)

pytestmark = pytest.mark.usefixtures("database")
FORKED = pytest.mark.together(
    "orders", reason="the killed process is a fork of this one, stopped inside the checkout; tests/split kills others"
)
FORKED_AT_PAYMENTS = pytest.mark.together(
    "payments", "orders", reason="the killed process is a fork of this one, stopped inside the payment"
)
STEPS = ("reserve_stock", "authorise_payment", "confirm_stock", "capture_payment")
FORWARD = (
    *(f"{when} {step}" for step in STEPS for when in ("before", "after")),
    *(f"recorded {step}" for step in STEPS[:2]),
    "completing",
    "completed",
)
BACKWARD = (
    "turned back at capture_payment",
    *(f"{when} undoing {step}" for step in STEPS[:2] for when in ("before", "after")),
    "recorded undoing authorise_payment",
    "rejecting",
    "rejected",
)


def carry_all_on() -> None:
    make_sagas_due()
    run_job("orders.sagas")


@FORKED
@pytest.mark.parametrize("point", FORWARD)
def test_checkout_killed_anywhere_ends_as_one_order(point: str) -> None:
    open_shop()
    cart_id, token = filled_cart(units=2), card()
    assert killed_at(point, lambda: buy(cart_id, token, key="k"))
    carry_all_on()
    order = buy(cart_id, token, key="k")
    assert order.state is OrderState.PLACED
    assert_books_agree()
    with pytest.raises(EmptyCart):
        buy(cart_id, token, key="another")


@FORKED
@pytest.mark.parametrize("point", BACKWARD)
def test_rejected_checkout_killed_anywhere_gives_everything_back(point: str) -> None:
    open_shop()
    cart_id, token = filled_cart(units=2), card(DECLINES_CAPTURE)
    assert killed_at(point, lambda: buy(cart_id, token, key="k"))
    carry_all_on()
    with pytest.raises(PaymentFailed):
        buy(cart_id, token, key="k")
    assert_books_agree()
    assert [line.quantity for line in use(Orders).cart(cart_id=cart_id).lines] == [2, 1]
    assert buy(cart_id, card(APPROVES), key="another").state is OrderState.PLACED
    assert_books_agree()


@FORKED
def test_killed_checkout_sent_again_goes_on_once_the_lease_is_over() -> None:
    open_shop()
    cart_id, token = filled_cart(), card()
    assert killed_at("after authorise_payment", lambda: buy(cart_id, token, key="k"))
    make_sagas_due()
    assert buy(cart_id, token, key="k").state is OrderState.PLACED
    assert_books_agree()


def _hang_before_recording(hang: Callable[[], None]) -> None:
    from modules.payments.application import carry_out

    def record(**arguments: object) -> None:
        hang()

    carry_out.record = record  # type: ignore[assignment]


@FORKED_AT_PAYMENTS
def test_kill_between_the_providers_answer_and_its_record_charges_once() -> None:
    open_shop()
    cart_id, token = filled_cart(), card()
    assert killed_at("", lambda: buy(cart_id, token, key="k"), patch=_hang_before_recording)
    carry_all_on()
    assert buy(cart_id, token, key="k").state is OrderState.PLACED
    assert_books_agree()
    assert rows("payments", "SELECT count(*) FROM sandbox_charge") == [(1,)]


@FORKED
def test_kill_while_cancelling_gives_money_back_once() -> None:
    open_shop()
    order = buy(filled_cart(), card())

    def cancel() -> object:
        return use(Orders, idempotency_key="c").cancel_order(order_id=order.order_id, reason="changed my mind")

    for point in ("after give_money_back", "after put_goods_back", "completing"):
        assert killed_at(point, cancel)
        make_sagas_due()
    carry_all_on()
    assert use(Orders).order(order_id=order.order_id).state is OrderState.CANCELLED
    assert rows("payments", "SELECT captured, refunded FROM sandbox_charge") == [(order.total.amount,) * 2]
    assert rows("inventory", "SELECT DISTINCT on_hand, reserved FROM stock_item") == [(10, 0)]


@FORKED
def test_storm_of_checkouts_killed_again_and_again_leaves_books_that_agree() -> None:
    stock = 30
    open_shop(stock=stock)
    dice = random.Random(11)
    tokens = [card(dice.choice((APPROVES, APPROVES, DECLINES_CAPTURE, LOSES_ANSWER))) for _ in range(40)]
    carts = [filled_cart(units=dice.randint(1, 2)) for _ in tokens]
    keys = [uuid.uuid4().hex for _ in tokens]

    def one(number: int) -> None:
        with suppress(ContractError):  # sold out or declined: the books tell
            buy(carts[number], tokens[number], key=keys[number])

    def storm() -> None:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(one, dice.sample(range(len(keys)), len(keys))))

    for _ in range(4):
        killed_at_any_time(storm, after=0.1 + dice.random() * 0.2)
        make_sagas_due()
    storm()
    for _ in range(12):
        carry_all_on()
    assert_books_agree(stock=stock)
    assert rows("orders", "SELECT count(*) FROM sales_order") == [(len(keys),)]
    lost: list[CartId] = [
        cart_id
        for cart_id, key in zip(carts, keys, strict=True)
        if not use(Orders).cart(cart_id=cart_id).lines and not _placed(cart_id)
    ]
    assert lost == [], "lines are in an order that is placed, or in the cart"


def _placed(cart_id: CartId) -> bool:
    return ("placed",) in rows("orders", f"SELECT state FROM sales_order WHERE cart_id = '{cart_id}'")


def killed_at_any_time(work: Callable[[], object], *, after: float) -> None:
    def wait_and_hang(hang: Callable[[], None]) -> None:
        threading.Thread(target=lambda: (time.sleep(after), hang()), daemon=True).start()

    killed_at("", work, patch=wait_and_hang)


@pytest.mark.parametrize(
    ("module", "fault"),
    [
        ("inventory", "DELETE FROM reservation_line RETURNING sku; DELETE FROM reservation RETURNING order_id"),
        ("inventory", "UPDATE stock_item SET on_hand = on_hand - 1 RETURNING sku"),
        ("payments", "UPDATE payment SET state = 'authorised' RETURNING order_id"),
        ("payments", "UPDATE sandbox_charge SET captured = captured * 2 RETURNING key"),
        ("orders", "UPDATE sales_order SET state = 'pending' RETURNING order_id"),
    ],
)
def test_books_that_do_not_agree_are_found_out(module: str, fault: str) -> None:
    open_shop()
    buy(filled_cart(), card())
    assert_books_agree()
    for statement in fault.split("; "):
        assert rows(module, statement)
    with pytest.raises(AssertionError):
        assert_books_agree()
