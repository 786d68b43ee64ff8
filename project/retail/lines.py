"""One row of text becomes one line of an invoice, or the reason why it cannot be used.

Dates, prices and texts repeat thousands of times, so each distinct one is read once. Pure; what a line means is said
in ``classify``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import NamedTuple

LARGEST_QUANTITY = 1_000_000
LARGEST_PRICE = Decimal(1_000_000)
LONGEST_CODE, LONGEST_DESCRIPTION, LONGEST_COUNTRY = 32, 200, 60
_INVOICE = re.compile(r"[AC]?\d{1,12}")
_CUSTOMER = re.compile(r"(\d{1,12})(?:\.0)?")
_MONTH_FIRST = "%m/%d/%Y %H:%M"


class Reason(StrEnum):
    """Why a row cannot be used; the value is what the report says."""

    FIELDS = "not as many fields as there are columns"
    INVOICE = "invoice number is not digits, optionally after C or A"
    CODE = "stock code is empty or too long"
    QUANTITY = "quantity is not a whole number"
    NO_QUANTITY = "quantity is zero"
    LARGE_QUANTITY = "quantity is beyond a million units"
    DATE = "date is neither year-month-day nor month/day/year with a time"
    PRICE = "price is not a number"
    LARGE_PRICE = "price is beyond a million pounds"
    CUSTOMER = "customer number is not digits"
    COUNTRY = "country is empty or too long"
    TEXT = "description is too long or holds control characters"
    NEGATIVE_PRICE = "price is negative on a sale or a cancellation"
    POSITIVE_CANCELLATION = "quantity is positive on a cancellation"
    NEGATIVE_SALE = "quantity is negative at a price, on an invoice that is no cancellation"


class Line(NamedTuple):
    """One line of an invoice, as the file has it."""

    number: int
    """Where it stands in the file."""
    invoice: str
    sku: str
    """Stock code in upper case: the file writes some codes in both."""
    description: str
    """Without blanks around it; may be empty or a stock-taker's remark."""
    quantity: int
    at: datetime
    """Local time of the shop, Europe/London, without zone."""
    price: Decimal
    """Pounds a unit, unrounded."""
    customer: str
    """Empty for guests."""
    country: str

    @property
    def amount(self) -> Decimal:
        """Pounds, unrounded."""
        return self.price * self.quantity


class Unusable(NamedTuple):
    """A row that cannot be used."""

    number: int
    reason: Reason
    amount: Decimal | None
    """Pounds, where quantity and price could be read."""


class LineParser:
    """Parses rows; remembers every distinct text it has read."""

    def __init__(self) -> None:
        self._dates: dict[str, datetime] = {}
        self._prices: dict[str, Decimal] = {}
        self._descriptions: dict[str, str] = {}
        self._codes: dict[str, str] = {}
        self._customers: dict[str, str] = {"": ""}
        self._countries: dict[str, str] = {}
        self._invoices: dict[str, str] = {}

    def parse(self, number: int, values: Sequence[str]) -> Line | Unusable:
        """The line, or why there is none."""
        try:
            invoice, code, description, quantity_text, date, price_text, customer, country = values
        except ValueError:
            return Unusable(number, Reason.FIELDS, None)
        try:
            line = Line(
                number,
                self._invoices.get(invoice) or self._invoice(invoice),
                self._codes.get(code) or self._code(code),
                self._descriptions[description] if description in self._descriptions else self._text(description),
                _quantity(quantity_text),
                self._dates.get(date) or self._date(date),
                self._prices[price_text] if price_text in self._prices else self._price(price_text),
                self._customers[customer] if customer in self._customers else self._customer(customer),
                self._countries.get(country) or self._country(country),
            )
        except _Refused as refused:
            return Unusable(number, refused.reason, _amount(quantity_text, price_text))
        reason = _contradiction(line)
        return line if reason is None else Unusable(number, reason, line.amount)

    def _invoice(self, text: str) -> str:
        if not _INVOICE.fullmatch(text.strip().upper()):
            raise _Refused(Reason.INVOICE)
        return self._invoices.setdefault(text, text.strip().upper())

    def _code(self, text: str) -> str:
        code = text.strip().upper()
        if not 0 < len(code) <= LONGEST_CODE or not code.isprintable():
            raise _Refused(Reason.CODE)
        return self._codes.setdefault(text, code)

    def _text(self, text: str) -> str:
        plain = " ".join(text.split())
        if len(plain) > LONGEST_DESCRIPTION or not plain.isprintable():
            raise _Refused(Reason.TEXT)
        return self._descriptions.setdefault(text, plain)

    def _date(self, text: str) -> datetime:
        try:
            at = datetime.fromisoformat(text.strip())
        except ValueError:
            try:
                at = datetime.strptime(text.strip(), _MONTH_FIRST)  # noqa: DTZ007 - local time, as the file has it
            except ValueError:
                raise _Refused(Reason.DATE) from None
        if at.tzinfo is not None or ":" not in text:
            raise _Refused(Reason.DATE)
        return self._dates.setdefault(text, at)

    def _price(self, text: str) -> Decimal:
        try:
            price = Decimal(text.strip())
        except InvalidOperation:
            raise _Refused(Reason.PRICE) from None
        if not price.is_finite():
            raise _Refused(Reason.PRICE)
        if abs(price) > LARGEST_PRICE:
            raise _Refused(Reason.LARGE_PRICE)
        return self._prices.setdefault(text, price)

    def _customer(self, text: str) -> str:
        match = _CUSTOMER.fullmatch(text.strip())
        if text.strip() and not match:
            raise _Refused(Reason.CUSTOMER)
        return self._customers.setdefault(text, match[1] if match else "")

    def _country(self, text: str) -> str:
        country = text.strip()
        if not 0 < len(country) <= LONGEST_COUNTRY or not country.isprintable():
            raise _Refused(Reason.COUNTRY)
        return self._countries.setdefault(text, country)


class _Refused(Exception):
    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


def _quantity(text: str) -> int:
    try:
        quantity = int(text)
    except ValueError:
        raise _Refused(Reason.QUANTITY) from None
    if quantity == 0:
        raise _Refused(Reason.NO_QUANTITY)
    if abs(quantity) > LARGEST_QUANTITY:
        raise _Refused(Reason.LARGE_QUANTITY)
    return quantity


def _contradiction(line: Line) -> Reason | None:
    """Why the fields, each readable, make no sense together."""
    kind = line.invoice[0]
    if kind == "A":
        return None
    if line.price < 0:
        return Reason.NEGATIVE_PRICE
    if kind == "C":
        return Reason.POSITIVE_CANCELLATION if line.quantity > 0 else None
    return Reason.NEGATIVE_SALE if line.quantity < 0 and line.price else None


def _amount(quantity: str, price: str) -> Decimal | None:
    try:
        amount = Decimal(price.strip()) * int(quantity)
    except (InvalidOperation, ValueError):
        return None
    return amount if amount.is_finite() else None
