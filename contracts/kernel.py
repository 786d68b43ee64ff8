"""Values that several contracts share: identifiers, money, addresses. It may hold no rule of any one module."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NewType
from uuid import UUID

Sku = NewType("Sku", str)
"""A product's stock code, upper case, such as ``85123A``."""

CustomerId = NewType("CustomerId", UUID)
OrderId = NewType("OrderId", UUID)
CartId = NewType("CartId", UUID)

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Money:
    """An exact amount in one currency; two decimals."""

    amount: Decimal
    currency: str = "GBP"

    def __add__(self, other: Money) -> Money:
        self._same_currency(other)
        return Money(amount=self.amount + other.amount, currency=self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same_currency(other)
        return Money(amount=self.amount - other.amount, currency=self.currency)

    def __mul__(self, quantity: int) -> Money:
        return Money(amount=self.amount * quantity, currency=self.currency)

    def __str__(self) -> str:
        symbol = {"GBP": "£", "EUR": "€", "USD": "$"}.get(self.currency, f"{self.currency} ")
        return f"{'-' if self.amount < 0 else ''}{symbol}{abs(self.amount):,.2f}"

    def _same_currency(self, other: Money) -> None:
        if self.currency != other.currency:
            raise ValueError(f"{self} and {other} are of different currencies: convert one of them first.")


ZERO = Money(amount=Decimal("0.00"))


@dataclass(frozen=True, slots=True, kw_only=True)
class PostalAddress:
    """Where goods go. ``country`` is a country's English name, as the shop's data has it."""

    name: str
    line1: str
    line2: str = ""
    city: str
    postcode: str
    country: str
