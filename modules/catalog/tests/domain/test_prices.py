"""Prices are above zero and exact to the penny."""

from __future__ import annotations

from decimal import Decimal

import pytest

from contracts.catalog import InvalidPrice
from contracts.kernel import Money
from modules.catalog.domain.prices import acceptable_price


@pytest.mark.parametrize("amount", ["0.01", "1", "1.5", "1.500", "99999999.99"])
def test_price_gets_exactly_two_decimals(amount: str) -> None:
    price = acceptable_price(Money(amount=Decimal(amount)))
    assert price.amount == Decimal(amount)
    assert price.amount.as_tuple().exponent == -2


@pytest.mark.parametrize(
    "amount", ["0", "-0.01", "0.001", "1.999", "100000000", "1E+30", "NaN", "Infinity", "-Infinity"]
)
def test_amount_that_is_no_price_is_refused(amount: str) -> None:
    with pytest.raises(InvalidPrice):
        acceptable_price(Money(amount=Decimal(amount)))


@pytest.mark.parametrize("currency", ["", "gbp", "POUND", "G\0P"])
def test_currency_that_is_no_code_is_refused(currency: str) -> None:
    with pytest.raises(InvalidPrice):
        acceptable_price(Money(amount=Decimal(1), currency=currency))
