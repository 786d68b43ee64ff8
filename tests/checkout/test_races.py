"""Many buyers at once: nothing is sold twice, no cart is bought twice."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from contracts.orders import EmptyCart, Order, Orders, OrderState, StockRanOut
from seamline.calls import use
from seamline.contract import CircuitOpen, DeadlineExceeded, ModuleUnavailable, Overloaded
from seamline.data import release_connections
from seamline.testing import at_once
from seamline.testing.split import rows, run_job
from tests.checkout.shop import (
    LOSES_ANSWER,
    LOSES_REQUEST,
    assert_books_agree,
    buy,
    card,
    filled_cart,
    make_sagas_due,
    open_shop,
)

pytestmark = pytest.mark.usefixtures("database")


def test_64_buyers_of_the_last_10_units_get_exactly_10() -> None:
    open_shop(stock=10)
    carts, tokens = [filled_cart() for _ in range(64)], [card() for _ in range(64)]
    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(lambda number: _outcome(carts[number], tokens[number]), range(64)))
    for _ in range(8):
        make_sagas_due()
        run_job("orders.sagas")
    assert_books_agree(stock=10)
    assert Counter(outcomes) == {"placed": 10, "StockRanOut": 54}


def _outcome(cart_id: Any, token: str) -> str:
    """What the buyer is told in the end: one whose answer did not come in time asks again, with the same key."""
    try:
        for _ in range(20):
            try:
                return buy(cart_id, token, key=f"buyer of {cart_id}").state.value
            except StockRanOut as error:
                return type(error).__name__
            except (DeadlineExceeded, ModuleUnavailable, CircuitOpen, Overloaded):
                time.sleep(0.05)
        return "never answered"
    finally:
        release_connections()


def test_one_cart_bought_under_many_keys_at_once_is_bought_once() -> None:
    open_shop()
    cart_id, token = filled_cart(), card()
    results = at_once(lambda number: buy(cart_id, token, key=str(number)), threads=8)
    assert sorted(type(result).__name__ for result in results) == ["EmptyCart"] * 7 + ["Order"]
    assert sum(isinstance(result, EmptyCart) for result in results) == 7
    assert_books_agree()


def test_one_checkout_that_arrives_many_times_at_once_is_one_order() -> None:
    open_shop()
    cart_id, token = filled_cart(), card()
    results = at_once(lambda number: buy(cart_id, token, key="k"), threads=8)
    assert all(isinstance(result, Order) for result in results), results
    assert {result.order_id for result in results} == {results[0].order_id}
    assert {result.state for result in results} == {OrderState.PLACED}
    assert_books_agree()


def test_payment_that_never_reaches_the_provider_rejects_the_order_in_the_end() -> None:
    open_shop()
    cart_id, token = filled_cart(units=3), card(LOSES_REQUEST)
    assert buy(cart_id, token, key="k").state is OrderState.PENDING
    for _ in range(8):
        make_sagas_due()
        run_job("orders.sagas")
    assert_books_agree()
    assert rows("orders", "SELECT state, rejection FROM sales_order") == [("rejected", "payments.provider_timed_out")]
    assert [line.quantity for line in use(Orders).cart(cart_id=cart_id).lines] == [3, 1]


def test_answer_that_the_provider_lost_is_found_out_and_charged_once() -> None:
    open_shop()
    cart_id, token = filled_cart(), card(LOSES_ANSWER)
    assert buy(cart_id, token, key="k").state is OrderState.PENDING
    make_sagas_due()
    at_once(lambda number: run_job("orders.sagas"), threads=4)
    assert_books_agree()
