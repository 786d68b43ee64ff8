"""What customers may call themselves, and where mail and goods may go."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.customers import InvalidProfile
from modules.customers.domain.profile import (
    LONGEST_LINE,
    LONGEST_NUMBER,
    acceptable_address,
    acceptable_email,
    acceptable_line,
    acceptable_number,
)
from modules.customers.domain.tokens import is_digest
from modules.customers.tests.helpers import HOME


@pytest.mark.parametrize(
    ("email", "normal"),
    [
        ("ada@example.com", "ada@example.com"),
        ("  Ada.B+shop@Example.CO.UK\n", "ada.b+shop@example.co.uk"),
        ("jose\u0301@example.com", "jos\u00e9@example.com"),
    ],
)
def test_email_is_kept_in_one_form(email: str, normal: str) -> None:
    assert acceptable_email(email) == normal


@pytest.mark.parametrize(
    "email",
    [
        "",
        "@",
        "ada",
        "ada@",
        "@example.com",
        "a@b",
        "a b@example.com",
        "a@b@example.com",
        "a@example.c",
        "a@x\u2028.com",
        "a\0b@example.com",
        f"{'a' * 65}@example.com",
        f"ada@{'x' * 250}.com",
    ],
)
def test_text_that_is_no_email_is_refused(email: str) -> None:
    with pytest.raises(InvalidProfile) as caught:
        acceptable_email(email)
    assert caught.value.field == "email"


@given(st.text(max_size=300))
def test_email_is_accepted_again_as_it_was_kept(text: str) -> None:
    try:
        kept = acceptable_email(text)
    except InvalidProfile:
        return
    assert acceptable_email(kept) == kept


def test_line_is_trimmed_and_may_be_in_any_script() -> None:
    assert acceptable_line("  Zoë Ōtani 大谷 ", field="name") == "Zoë Ōtani 大谷"


@pytest.mark.parametrize("line", ["", "  ", "a\nb", "a\0b", "a\u2029b", "a\ud800", "L" * (LONGEST_LINE + 1)])
def test_unacceptable_line_is_named(line: str) -> None:
    with pytest.raises(InvalidProfile) as caught:
        acceptable_line(line, field="country")
    assert caught.value.field == "country"


@pytest.mark.parametrize("field", ["name", "line1", "city", "postcode", "country"])
def test_every_line_of_an_address_but_the_second_is_needed(field: str) -> None:
    assert acceptable_address(replace(HOME, line2="")) == HOME
    with pytest.raises(InvalidProfile) as caught:
        acceptable_address(replace(HOME, **{field: " "}))
    assert caught.value.field == field


def test_number_from_elsewhere_is_kept_whole_or_refused() -> None:
    assert acceptable_number("") == ""
    assert acceptable_number("9" * LONGEST_NUMBER) == "9" * LONGEST_NUMBER
    for number in ("9" * (LONGEST_NUMBER + 1), "1\0"):
        with pytest.raises(InvalidProfile) as caught:
            acceptable_number(number)
        assert caught.value.field == "external_number"


@pytest.mark.parametrize("text", ["", "a" * 63, "a" * 65, "A" * 64, "g" * 64, "a" * 63 + "\n", "\0" * 64])
def test_only_sixty_four_small_hexadecimal_digits_are_a_digest(text: str) -> None:
    assert is_digest("0123456789abcdef" * 4)
    assert not is_digest(text)
