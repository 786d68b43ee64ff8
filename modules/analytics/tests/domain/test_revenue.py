"""A month is compared with the calendar month before, where there is something to compare with."""

from __future__ import annotations

from decimal import Decimal

from modules.analytics.domain.months import Month
from modules.analytics.domain.revenue import Takings, month_on_month, totals


def takings(month: str, sold: str, credited: str = "0.00", cancelled: str = "0.00") -> Takings:
    return Takings(
        month=Month.parse(month),
        orders=2,
        sold=Decimal(sold),
        credited=Decimal(credited),
        cancelled=Decimal(cancelled),
    )


def test_net_is_what_is_left_after_credits_and_cancellations_of_the_month() -> None:
    assert takings("2011-01", "100.00", "-20.00", "-5.50").net == Decimal("74.50")


def test_change_is_against_the_month_before_and_none_after_a_gap_or_a_month_without_revenue() -> None:
    months = month_on_month(
        [
            takings("2011-02", "150.00"),
            takings("2011-01", "100.00"),
            takings("2011-04", "10.00", "-30.00"),
            takings("2011-05", "10.00"),
            takings("2011-06", "2.50"),
        ],
        running=Month(2011, 6),
    )
    assert [str(each.takings.month) for each in months] == ["2011-01", "2011-02", "2011-04", "2011-05", "2011-06"]
    assert [each.change for each in months] == [None, Decimal("0.5000"), None, None, Decimal("-0.7500")]
    assert [each.is_running for each in months] == [False, False, False, False, True]
    assert totals(months) == (10, Decimal("242.50"))


def test_of_nothing_there_is_no_month() -> None:
    assert month_on_month([], running=None) == ()
    assert totals(()) == (0, Decimal("0.00"))
