"""Months count across years, and are read strictly."""

from __future__ import annotations

import pytest

from modules.analytics.domain.months import Month


def test_months_are_counted_across_years_in_both_directions() -> None:
    december = Month(2010, 12)
    assert december.plus(1) == Month(2011, 1)
    assert december.plus(-12) == Month(2009, 12)
    assert Month(2011, 12).since(december) == 12
    assert all(december.plus(number).since(december) == number for number in range(-30, 31))


def test_a_month_is_written_as_it_is_read() -> None:
    assert str(Month.parse("2011-03")) == "2011-03"
    assert (Month(2011, 3).name, Month(2011, 3).short) == ("March 2011", "Mar")


@pytest.mark.parametrize("text", ["2011", "2011-13", "2011-00", "March", "2011-03-01"])
def test_what_is_no_month_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="write it as 2011-03"):
        Month.parse(text)
