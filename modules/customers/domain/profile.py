"""What an e-mail address, a name, a country and a postal address may be."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import fields

from contracts.customers import InvalidProfile
from contracts.kernel import PostalAddress

LONGEST_EMAIL = 254
LONGEST_LINE = 120
LONGEST_NUMBER = 40
MOST_ADDRESSES = 20
LONGEST_PASSWORD = 200
"""Hashing takes longer the longer the password: without a limit that is a way to keep the server busy."""

# Deliberately loose: only a mail proves that an address exists. No spaces, one @, a dot in the host.
_EMAIL = re.compile(r"[^@\s\"(),:;<>\[\\\]]{1,64}@[^@\s\"(),:;<>\[\\\]]+\.[^@\s\"(),:;<>\[\\\].]{2,}")
_OPTIONAL = {"line2"}


def normal_email(email: str) -> str:
    """The address as it is compared and kept: trimmed, in lower case."""
    return unicodedata.normalize("NFC", email).strip().lower()


def acceptable_email(email: str) -> str:
    """The normal form of an address that mail could be sent to.

    :raises InvalidProfile: it could not.
    """
    normal = normal_email(email)
    if len(normal) > LONGEST_EMAIL or not is_printable(normal) or not _EMAIL.fullmatch(normal):
        raise InvalidProfile(field="email", reason="This is no e-mail address, such as ada@example.com.")
    return normal


def acceptable_line(value: str, *, field: str, optional: bool = False) -> str:
    """One line of text, trimmed.

    :raises InvalidProfile: it is empty (unless optional), longer than 120 characters, or holds control characters.
    """
    line = value.strip()
    if not line and not optional:
        raise InvalidProfile(field=field, reason="This is needed.")
    if len(line) > LONGEST_LINE:
        raise InvalidProfile(field=field, reason=f"At most {LONGEST_LINE} characters.")
    if not is_printable(line):
        raise InvalidProfile(field=field, reason="Control characters are not allowed.")
    return line


def acceptable_number(value: str) -> str:
    """The number that another system gave a customer, trimmed; it may be empty.

    :raises InvalidProfile: it is longer than 40 characters, or holds control characters.
    """
    number = acceptable_line(value, field="external_number", optional=True)
    if len(number) > LONGEST_NUMBER:
        raise InvalidProfile(field="external_number", reason=f"At most {LONGEST_NUMBER} characters.")
    return number


def acceptable_address(address: PostalAddress) -> PostalAddress:
    """The address with every line trimmed.

    :raises InvalidProfile: names the first line that is not acceptable.
    """
    return PostalAddress(
        **{
            field.name: acceptable_line(
                getattr(address, field.name), field=field.name, optional=field.name in _OPTIONAL
            )
            for field in fields(PostalAddress)
        }
    )


def is_printable(text: str) -> bool:
    """Whether the text is one line without control characters."""
    return not any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in text)
