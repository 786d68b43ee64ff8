"""What a customer typed, as words to search for."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W_]+")
MOST_WORDS = 12


def words(text: str) -> tuple[str, ...]:
    """The words of a text in lower case, twelve at most; punctuation separates."""
    return tuple(word.lower() for word in _WORD.findall(text))[:MOST_WORDS]


def prefix_query(text: str) -> str:
    """A PostgreSQL ``tsquery`` that asks for all the words, each by stem or prefix; empty for a text without words."""
    return " & ".join(f"{word}:*" for word in words(text))
