"""Counting again is worth it after enough news, or after a while with any."""

from __future__ import annotations

from datetime import timedelta

import pytest

from modules.analytics.domain.refresh import is_due

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("known", "now_known", "age", "due"),
    [
        (0, 0, None, False),
        (0, 1, None, True),
        (1000, 1000, 60 * MINUTE, False),
        (1000, 1019, MINUTE, False),
        (1000, 1020, MINUTE, True),
        (1000, 1001, 10 * MINUTE, True),
    ],
)
def test_when_the_pairs_are_counted_again(known: int, now_known: int, age: timedelta | None, due: bool) -> None:
    assert is_due(known=known, now_known=now_known, age=age) is due
