"""Codes of gift cards: how one is written, and how a card is found by it. Pure; a code itself is kept nowhere.

A code has 80 random bits, so that its plain SHA-256 gives nothing away.
"""

from __future__ import annotations

import hashlib
from uuid import UUID

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: without the letters that are taken for digits."""
LENGTH = 16
_GROUP = 4
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})
_LONGEST_WRITTEN = 40


def code_of(secret: bytes) -> str:
    """A code such as ``7K2M-90QX-AB3D-5TVW`` made of random bytes, ten at least."""
    number = int.from_bytes(secret[:10])
    digits = "".join(ALPHABET[number >> 5 * place & 31] for place in range(LENGTH))
    return "-".join(digits[start : start + _GROUP] for start in range(0, LENGTH, _GROUP))


def is_code(text: str) -> bool:
    """Whether it can be a code at all, however it is written."""
    plain = _plain(text)
    return len(text) <= _LONGEST_WRITTEN and len(plain) == LENGTH and set(plain) <= set(ALPHABET)


def hash_of(code: str) -> str:
    """What is kept of a code: its SHA-256 in hexadecimal, the same however the code is written."""
    return hashlib.sha256(_plain(code).encode()).hexdigest()


def card_id_of(code: str) -> UUID:
    """The id of the card with this code: half of the hash, so that no list of codes is needed to find it."""
    return UUID(hex=hash_of(code)[:32])


def _plain(text: str) -> str:
    return text.upper().translate(_READ_AS)
