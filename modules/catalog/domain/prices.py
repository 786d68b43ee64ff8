"""What a price may be."""

from __future__ import annotations

import re
from decimal import Decimal

from contracts.catalog import InvalidPrice
from contracts.kernel import CENT, Money

LARGEST = Decimal("99999999.99")
_CURRENCY = re.compile(r"[A-Z]{3}")


def acceptable_price(price: Money) -> Money:
    """The price with exactly two decimals.

    :raises InvalidPrice: it is not above zero, has more than two decimals, is beyond 99,999,999.99, or its currency is
        no code of three capitals.
    """
    amount = price.amount
    if not amount.is_finite() or not 0 < amount <= LARGEST or amount != amount.quantize(CENT):
        raise InvalidPrice(price=price)
    if not _CURRENCY.fullmatch(price.currency):
        raise InvalidPrice(price=price)
    return Money(amount=amount.quantize(CENT), currency=price.currency)
