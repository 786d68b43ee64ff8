"""Carts and checkouts under concurrency, and how few statements each operation needs."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from contracts.kernel import CartId, CustomerId, Sku
from contracts.orders import EmptyCart, InvalidQuantity, Order, Orders, OrderState
from contracts.payments import ProviderTimedOut
from modules.orders.application.resume_sagas import resume_sagas
from modules.orders.tests.helpers import (
    A,
    Neighbours,
    checkout,
    events,
    make_sagas_due,
    new_cart,
    rows,
    sale,
)
from seamline.calls import use
from seamline.testing import at_once


def test_additions_at_once_are_all_counted(neighbours: Neighbours) -> None:
    cart_id = CartId(uuid.uuid4())
    at_once(lambda number: use(Orders).add_to_cart(cart_id=cart_id, sku=A, quantity=number + 1), threads=8)
    assert use(Orders).cart(cart_id=cart_id).lines[0].quantity == 36


def test_one_addition_that_arrives_many_times_at_once_is_counted_once(neighbours: Neighbours) -> None:
    cart_id = CartId(uuid.uuid4())
    at_once(lambda number: use(Orders, idempotency_key="k").add_to_cart(cart_id=cart_id, sku=A), threads=8)
    assert use(Orders).cart(cart_id=cart_id).lines[0].quantity == 1


def test_carts_merged_into_each_other_at_once_end_with_every_line_in_one_of_them(neighbours: Neighbours) -> None:
    carts = (new_cart(A=1, B=2), new_cart(C=3))
    customer_id = CustomerId(uuid.uuid4())

    def merge(number: int) -> object:
        source, target = carts[number % 2], carts[1 - number % 2]
        return use(Orders).merge_carts(source=source, target=target, customer_id=customer_id)

    results = at_once(merge, threads=8)
    assert not [result for result in results if isinstance(result, Exception)]
    held = [(line.sku, line.quantity) for cart_id in carts for line in use(Orders).cart(cart_id=cart_id).lines]
    assert sorted(held) == [("A", 1), ("B", 2), ("C", 3)]


def test_cart_bought_under_many_keys_at_once_is_bought_once(neighbours: Neighbours) -> None:
    cart_id = new_cart(A=1)
    results = at_once(lambda number: checkout(cart_id, key=str(number)), threads=8)
    assert sum(isinstance(result, Order) for result in results) == 1
    assert sum(isinstance(result, EmptyCart) for result in results) == 7


def test_checkout_that_arrives_many_times_at_once_is_carried_out_once(neighbours: Neighbours) -> None:
    cart_id = new_cart(A=1)
    results = at_once(lambda number: checkout(cart_id, key="k"), threads=8)
    assert {(type(result), result.state) for result in results} == {(Order, OrderState.PLACED)}
    assert neighbours.commands == ["reserve", "confirm", "authorise", "capture"]
    assert events() == ["orders.order_placed"]


def test_jobs_of_many_processes_never_carry_on_the_same_order_at_once(neighbours: Neighbours) -> None:
    neighbours.payments.fail("authorise", ProviderTimedOut(order_id=uuid.uuid4()))
    for _ in range(6):
        checkout(new_cart(A=1))
    neighbours.willing()
    make_sagas_due()
    at_once(lambda number: resume_sagas(), threads=4)
    assert rows("SELECT state, count(*) FROM sales_order GROUP BY state") == [("placed", 6)]
    assert len(neighbours.payments.calls_of("capture")) == 6


def statements(work: Callable[[], object]) -> int:
    """Statements that the work needs, BEGIN and COMMIT not counted."""
    with CaptureQueriesContext(connections["orders"]) as captured:
        work()
    return sum(not query["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")) for query in captured)


def test_operations_need_few_statements(neighbours: Neighbours) -> None:
    cart_id, customer_id = new_cart(A=1), CustomerId(uuid.uuid4())
    assert statements(lambda: use(Orders).add_to_cart(cart_id=cart_id, sku=A)) == 4
    assert statements(lambda: use(Orders).change_cart(cart_id=cart_id, sku=A, quantity=5)) == 4
    assert statements(lambda: use(Orders).cart(cart_id=cart_id)) == 1
    assert statements(lambda: checkout(cart_id, customer_id=customer_id)) == 10
    assert statements(lambda: use(Orders).orders_of(customer_id=customer_id)) == 1
    (order,) = use(Orders).orders_of(customer_id=customer_id).orders
    assert statements(lambda: use(Orders).order(order_id=order.order_id)) == 1
    assert statements(lambda: use(Orders).cancel_order(order_id=order.order_id, reason="")) == 8
    many = tuple(sale(str(number), lines=sale("1").lines * 20, total=sale("1").total * 20) for number in range(500))
    assert statements(lambda: use(Orders).put_sales(sales=many)) == 5


def test_full_cart_takes_no_further_product(neighbours: Neighbours) -> None:
    cart_id = new_cart(**{f"P{number}": 1 for number in range(100)})
    with pytest.raises(InvalidQuantity):
        use(Orders).add_to_cart(cart_id=cart_id, sku=A)
    use(Orders).add_to_cart(cart_id=cart_id, sku=Sku("P7"))
    assert len(use(Orders).cart(cart_id=cart_id).lines) == 100
