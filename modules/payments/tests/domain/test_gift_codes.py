"""Codes of gift cards: readable, each its own, and found however they are written."""

from __future__ import annotations

import hashlib

from hypothesis import given, settings
from hypothesis import strategies as st

from modules.payments.domain.gift_codes import ALPHABET, card_id_of, code_of, hash_of, is_code

secrets = st.binary(min_size=10, max_size=10)


@settings(deadline=None)
@given(secrets, secrets)
def test_every_secret_has_a_code_of_its_own(one: bytes, other: bytes) -> None:
    assert (code_of(one) == code_of(other)) == (one == other)
    assert (card_id_of(code_of(one)) == card_id_of(code_of(other))) == (one == other)


@settings(deadline=None)
@given(secrets)
def test_code_is_the_same_however_it_is_written(secret: bytes) -> None:
    code = code_of(secret)
    assert is_code(code)
    assert [len(group) for group in code.split("-")] == [4, 4, 4, 4]
    for written in (code.lower(), code.replace("-", ""), code.replace("0", "O").replace("1", "l"), f" {code} "):
        assert is_code(written)
        assert hash_of(written) == hash_of(code) == hashlib.sha256(code.replace("-", "").encode()).hexdigest()
    assert card_id_of(code).hex == hash_of(code)[:32]


def test_what_cannot_be_a_code_is_none() -> None:
    good = ALPHABET[:16]
    assert is_code(good)
    assert not any(is_code(text) for text in ("", good[:-1], good + "0", good[:-1] + "U", "-" * 40 + good))
