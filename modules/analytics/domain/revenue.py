"""Month on month: what was sold, given back and cancelled, and how the month compares with the one before. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from modules.analytics.domain.months import Month

_NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True, kw_only=True)
class Takings:
    """Sums of one month: ``credited`` and ``cancelled`` are zero or less."""

    month: Month
    orders: int = 0
    sold: Decimal = _NOTHING
    credited: Decimal = _NOTHING
    cancelled: Decimal = _NOTHING

    @property
    def net(self) -> Decimal:
        """What is left of the month's sales when what was given back in it is taken off."""
        return self.sold + self.credited + self.cancelled


@dataclass(frozen=True, slots=True, kw_only=True)
class RevenueMonth:
    """One month of the report."""

    takings: Takings
    change: Decimal | None
    """Against the calendar month before, as a share of that month's net: 0.25 is a quarter more. None where the month
    before had no net revenue above zero to compare with."""
    is_running: bool
    """The newest event is in this month: more may come, and the change is not the last word."""


def month_on_month(takings: Iterable[Takings], *, running: Month | None) -> tuple[RevenueMonth, ...]:
    """The months with their changes, the oldest first.

    :param takings: at most one of each month, in any order; months in which nothing happened are left out.
    :param running: the month of the newest event.
    """
    by_month = {each.month: each for each in takings}
    return tuple(
        RevenueMonth(
            takings=each,
            change=_change(before=by_month.get(month.plus(-1)), now=each),
            is_running=month == running,
        )
        for month, each in sorted(by_month.items())
    )


def totals(months: Sequence[RevenueMonth]) -> tuple[int, Decimal]:
    """Orders and net revenue of all the months together."""
    return sum(each.takings.orders for each in months), sum((each.takings.net for each in months), _NOTHING)


def _change(*, before: Takings | None, now: Takings) -> Decimal | None:
    if before is None or before.net <= 0:
        return None
    return (now.net / before.net - 1).quantize(Decimal("0.0001"))
