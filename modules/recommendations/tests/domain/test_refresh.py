"""When learning again is due."""

from __future__ import annotations

from datetime import timedelta

import pytest

from modules.recommendations.domain.refresh import is_due

YOUNG, OLD = timedelta(seconds=30), timedelta(minutes=10)


@pytest.mark.parametrize(
    ("known", "now_recorded", "age", "due"),
    [
        (0, 0, None, False),
        (0, 1, None, True),
        (1000, 1000, OLD, False),
        (1000, 1001, YOUNG, False),
        (1000, 1001, OLD, True),
        (1000, 1020, YOUNG, True),
        (1000, 900, YOUNG, True),
    ],
)
def test_enough_news_or_any_news_after_a_while_is_due(
    known: int, now_recorded: int, age: timedelta | None, due: bool
) -> None:
    assert is_due(known=known, now_recorded=now_recorded, age=age) is due
