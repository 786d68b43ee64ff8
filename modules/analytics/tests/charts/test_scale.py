"""Axes have few round numbers that hold all values and zero."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from modules.analytics.charts.scale import short, ticks

amounts = st.floats(min_value=-1e9, max_value=1e9, allow_nan=False)


def test_round_numbers() -> None:
    assert ticks(0, 1_509_496) == (0, 500_000, 1_000_000, 1_500_000, 2_000_000)
    assert ticks(-3, 9) == (-5, 0, 5, 10)
    assert ticks(0, 0) == (0, 0.25, 0.5, 0.75, 1.0)


@given(one=amounts, other=amounts)
def test_all_values_and_zero_lie_between_the_first_and_the_last(one: float, other: float) -> None:
    low, high = min(one, other), max(one, other)
    marks = ticks(low, high)
    slack = (marks[-1] - marks[0]) * 1e-6
    assert marks[0] <= min(low, 0) + slack
    assert marks[-1] >= max(high, 0) - slack
    assert 2 <= len(marks) <= 8


def test_numbers_are_short() -> None:
    assert [short(value) for value in (0, 950, 1_500, -250_000, 1_250_000)] == ["0", "950", "1.5k", "−250k", "1.25m"]
