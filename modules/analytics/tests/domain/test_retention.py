"""Cohorts know what happened, and leave open what is still to come."""

from __future__ import annotations

import pytest

from modules.analytics.domain.months import Month
from modules.analytics.domain.retention import average, cohorts_of

JANUARY, FEBRUARY, MARCH = Month(2011, 1), Month(2011, 2), Month(2011, 3)
ACTIVITY = [(FEBRUARY, FEBRUARY, 2), (JANUARY, JANUARY, 4), (JANUARY, MARCH, 1), (FEBRUARY, MARCH, 1)]


def test_months_without_orders_are_zero_and_months_to_come_are_missing() -> None:
    first, second = cohorts_of(ACTIVITY, until=MARCH, columns=12)
    assert (first.month, first.size, first.active) == (JANUARY, 4, (4, 0, 1))
    assert (first.ended, second.ended) == (2, 1)
    assert (second.month, second.size, second.active) == (FEBRUARY, 2, (2, 1))
    assert [first.share(since) for since in range(4)] == [1.0, 0.0, 0.25, None]


def test_no_more_columns_than_are_wanted() -> None:
    first, _ = cohorts_of(ACTIVITY, until=Month(2020, 1), columns=1)
    assert first.active == (4, 0)


def test_the_average_weighs_cohorts_by_their_customers_and_leaves_out_the_month_that_runs() -> None:
    assert average(cohorts_of(ACTIVITY, until=MARCH, columns=12), columns=2) == (1.0, 0.0, None)
    cohorts = cohorts_of(ACTIVITY, until=Month(2011, 4), columns=12)
    assert average(cohorts, columns=3) == (1.0, pytest.approx(1 / 6), 0.25, None)
    assert average((), columns=1) == (None, None)
