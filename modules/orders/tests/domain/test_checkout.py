"""The rules of the checkout."""

from __future__ import annotations

import uuid
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.inventory import Shortfall
from contracts.kernel import Money, OrderId, Sku
from contracts.orders import OrderLine, PaymentFailed, StockRanOut
from modules.orders.domain.checkout import order_id_for, rejection_error, total_of


@given(st.text(), st.text())
def test_key_stands_for_one_order(one: str, other: str) -> None:
    assert (order_id_for(one) == order_id_for(other)) == (one == other)


@given(st.lists(st.tuples(st.integers(1, 1000), st.decimals(0, 9999, places=2)), min_size=1))
def test_total_is_exact(lines: list[tuple[int, Decimal]]) -> None:
    total = total_of(
        OrderLine(sku=Sku("A"), name="A", quantity=quantity, unit_price=Money(amount=price))
        for quantity, price in lines
    )
    assert total == Money(amount=sum((quantity * price for quantity, price in lines), Decimal(0)))


def test_lines_in_two_currencies_have_no_total() -> None:
    prices = (Money(amount=Decimal(1)), Money(amount=Decimal(1), currency="EUR"))
    with pytest.raises(ValueError, match="different currencies"):
        total_of(OrderLine(sku=Sku("A"), name="A", quantity=1, unit_price=price) for price in prices)


def test_buyer_hears_of_goods_or_of_the_payment() -> None:
    order_id = OrderId(uuid.uuid4())
    shortfalls = (Shortfall(sku=Sku("A"), requested=2, available=1),)
    out = rejection_error(order_id=order_id, rejection="inventory.out_of_stock", shortfalls=shortfalls)
    assert isinstance(out, StockRanOut)
    assert (out.order_id, out.shortfalls) == (order_id, shortfalls)
    for code in ("payments.card_declined", "seamline.module_failed"):
        failed = rejection_error(order_id=order_id, rejection=code, shortfalls=())
        assert isinstance(failed, PaymentFailed)
        assert failed.reason == code
