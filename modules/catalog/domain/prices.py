"""What a price may be."""

from __future__ import annotations

from decimal import Decimal

from contracts.catalog import InvalidPrice
from contracts.kernel import CENT, Money

LARGEST = Decimal("99999999.99")


def acceptable_price(price: Money) -> Money:
    """The price with exactly two decimals.

    :raises InvalidPrice: it is not above zero, has more than two decimals, or is beyond 99,999,999.99.
    """
    amount = price.amount
    if not amount.is_finite() or not 0 < amount <= LARGEST or amount != amount.quantize(CENT):
        raise InvalidPrice(price=price)
    return Money(amount=amount.quantize(CENT), currency=price.currency)
