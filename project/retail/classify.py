"""What each line of the file is. Every line that can be used gets exactly one class. Pure rules, nothing else.

The file marks cancellations and bad debts by a letter before the invoice number. Its stock-takers wrote their
corrections into the same book: lines without a price that belong to nobody.
"""

from __future__ import annotations

import re
from enum import StrEnum

from project.retail.lines import Line

_CHARGES_UNDER_PRODUCT_CODES = frozenset({"22016", "23444", "23574", "23702"})
"""Gift voucher, next-day carriage, packing charge, high-resolution image."""
_PRODUCT = re.compile(r"\d{5}[A-Z]{0,2}|DCGS\w+")


class LineClass(StrEnum):
    """What a line is. The first four become lines of orders and credit notes."""

    SALE = "sale"
    """Goods at a price."""
    FREE = "free"
    """Goods without a price, sent with something that was paid for or to a known customer."""
    CHARGE = "charge"
    """Money for something else: postage, carriage, fees, vouchers, what was entered by hand."""
    CANCELLATION = "cancellation"
    """Goods or charges that were given back."""
    STOCK_CORRECTION = "stock correction"
    """Found, lost, damaged, thrown away: units without price or buyer."""
    BAD_DEBT = "bad-debt adjustment"
    """A bookkeeper's entry without goods or customer; not a sale and not a credit note."""


KEPT = frozenset({LineClass.SALE, LineClass.FREE, LineClass.CHARGE, LineClass.CANCELLATION})
"""The classes that become lines of orders and credit notes."""


def is_product_code(sku: str) -> bool:
    """Whether the code names goods: five digits with up to two letters, or ``DCGS...`` of the sister shop.

    Everything else is a charge: four product codes that name services, and POST, DOT, M, C2, D, S, BANK CHARGES,
    AMAZONFEE, CRUK, GIFT_0001_20, PADS, B and the like.
    """
    return _PRODUCT.fullmatch(sku) is not None and sku not in _CHARGES_UNDER_PRODUCT_CODES


def is_trade(line: Line) -> bool:
    """Whether this line shows that its invoice is business with somebody: it has a price or a customer."""
    return bool(line.price) or bool(line.customer)


def classify(line: Line, *, invoice_is_trade: bool) -> LineClass:
    """The class of a line.

    :param invoice_is_trade: ``is_trade`` holds for at least one line of its invoice.
    """
    kind = line.invoice[0]
    if kind == "A":
        return LineClass.BAD_DEBT
    if kind == "C":
        return LineClass.CANCELLATION
    if line.quantity < 0:
        return LineClass.STOCK_CORRECTION
    if not line.price:
        return LineClass.FREE if invoice_is_trade else LineClass.STOCK_CORRECTION
    return LineClass.SALE if is_product_code(line.sku) else LineClass.CHARGE
