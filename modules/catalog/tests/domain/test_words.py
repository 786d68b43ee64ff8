"""What a customer typed becomes a query that PostgreSQL always takes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.catalog.domain.words import MOST_WORDS, prefix_query, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Red Bag", "red:* & bag:*"),
        ("  t-light ", "t:* & light:*"),
        ("a & !b | (c:*)", "a:* & b:* & c:*"),
        ("under_score", "under:* & score:*"),
        ("!?", ""),
        ("", ""),
    ],
)
def test_words_are_asked_for_by_prefix_and_all_of_them(text: str, expected: str) -> None:
    assert prefix_query(text) == expected


@given(st.text(max_size=300))
def test_nothing_that_means_something_to_a_query_survives(text: str) -> None:
    assert re.fullmatch(r"([^\W_]+:\*( & [^\W_]+:\*)*)?", prefix_query(text))


def test_long_texts_are_cut_to_their_first_words() -> None:
    assert words("bag " * 100) == ("bag",) * MOST_WORDS
