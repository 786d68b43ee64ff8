"""A planted fault: a page that asks for the payments of orders one by one is found while its test runs."""

from __future__ import annotations

import types
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from contracts.kernel import OrderId
from contracts.orders import Orders
from modules.storefront.tests.conftest import Shop
from seamline.calls import use
from seamline.testing.loops import Repeated, calls_in_loops

pytestmark = [
    pytest.mark.usefixtures("database"),
    pytest.mark.calls_in_loops(reason="the fault is planted here, and found by the test itself"),
]
PAGE = """
from contracts.payments import Payments
from seamline.calls import use


def payment(order_id):
    return use(Payments).payments(order_ids=(order_id,))


def one_by_one(order_ids):
    for order_id in order_ids:
        payment(order_id)


def all_at_once(order_ids):
    use(Payments).payments(order_ids=order_ids)
"""
IDS = tuple(OrderId(uuid.UUID(int=number)) for number in range(1, 8))


def planted(name: str) -> Callable[..., Any]:
    """A function of a file that is neither a test nor the framework's."""
    module = types.ModuleType("planted")
    exec(compile(PAGE, "/shop/views/planted.py", "exec"), module.__dict__)
    found: Callable[..., Any] = getattr(module, name)
    return found


def watched(shop: Shop, page: Callable[..., Any], *, ids: tuple[OrderId, ...], calls: int = 1) -> list[Repeated]:
    """What is found when the page serves so many calls."""
    shop.payments.do("payments", lambda order_ids: {})
    shop.orders.do("orders_by_id", lambda order_ids: page(order_ids) or {})
    with calls_in_loops(most=5) as found:
        for _ in range(calls):
            use(Orders).orders_by_id(order_ids=ids)
    return found


def test_an_operation_that_one_line_calls_again_and_again_is_found_through_any_function(shop: Shop) -> None:
    (repeated,) = watched(shop, planted("one_by_one"), ids=IDS)
    assert (repeated.work, repeated.operation, repeated.times) == ("orders.orders_by_id", "payments.payments", 7)
    assert repeated.place == "/shop/views/planted.py:7"
    assert "ask once for all" in str(repeated)


def test_one_call_for_all_and_a_few_in_a_row_are_no_fault(shop: Shop) -> None:
    assert watched(shop, planted("all_at_once"), ids=IDS) == []
    assert watched(shop, planted("one_by_one"), ids=IDS[:5]) == []


def test_each_request_is_counted_by_itself(shop: Shop) -> None:
    assert watched(shop, planted("all_at_once"), ids=IDS, calls=12) == []
