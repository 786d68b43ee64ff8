"""Which cards can be accepted at all, before any bank is asked. Numbers pass through here and are kept nowhere."""

from __future__ import annotations

from datetime import date

from contracts.payments import InvalidCard

LONGEST_VALIDITY_YEARS = 30
_BRANDS = (
    ("Visa", (4, 4), 1),
    ("Mastercard", (51, 55), 2),
    ("Mastercard", (2221, 2720), 4),
    ("American Express", (34, 34), 2),
    ("American Express", (37, 37), 2),
    ("Discover", (6011, 6011), 4),
    ("Discover", (65, 65), 2),
)


def card_number(text: str) -> str:
    """The digits of a card number, written with or without spaces and hyphens.

    :raises InvalidCard: it is none: wrong length, other characters, or the check digit does not fit.
    """
    digits = text.replace(" ", "").replace("-", "")
    if not (digits.isascii() and digits.isdigit() and 12 <= len(digits) <= 19):
        raise InvalidCard(field="number", reason="A card number has 12 to 19 digits.")
    if not passes_luhn(digits):
        raise InvalidCard(field="number", reason="This is no card number: a digit is wrong or two are swapped.")
    return digits


def passes_luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of those before it (ISO/IEC 7812)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def brand_of(digits: str) -> str:
    """The card's brand by the beginning of its number; ``Card`` where it is none of the known ones."""
    for brand, (first, last), length in _BRANDS:
        if first <= int(digits[:length]) <= last:
            return brand
    return "Card"


def check_expiry(*, month: int, year: int, today: date) -> None:
    """Whether the card is valid today; it is to the end of the month printed on it.

    :raises InvalidCard: with the field that is wrong.
    """
    if not 1 <= month <= 12:
        raise InvalidCard(field="expiry_month", reason="A month is between 1 and 12.")
    if not today.year <= year <= today.year + LONGEST_VALIDITY_YEARS:
        reason = (
            "The card has expired." if 2000 <= year < today.year else "Give the year with four digits, as on the card."
        )
        raise InvalidCard(field="expiry_year", reason=reason)
    if (year, month) < (today.year, today.month):
        raise InvalidCard(field="expiry_month", reason="The card has expired.")


def check_security_code(text: str) -> None:
    """Whether it can be a security code.

    :raises InvalidCard: it is not three or four digits.
    """
    if not (text.isascii() and text.isdigit() and len(text) in (3, 4)):
        raise InvalidCard(field="security_code", reason="A security code has three or four digits.")
