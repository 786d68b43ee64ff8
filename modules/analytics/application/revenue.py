"""Use case: revenue month on month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from modules.analytics.domain.months import Month
from modules.analytics.domain.revenue import RevenueMonth, month_on_month
from modules.analytics.infra import facts

MOST_MONTHS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Revenue:
    """Months in which anything happened, the oldest first."""

    currency: str
    """Empty while nothing was sold."""
    currencies: tuple[str, ...]
    as_of: datetime | None
    """When the newest event happened; None while there is none."""
    months: tuple[RevenueMonth, ...]


def revenue(*, months: int = 24, until: Month | None = None, currency: str = "") -> Revenue:
    """The latest months in which anything happened.

    :param until: the last month that is shown; without it, the newest.
    :param currency: of the orders that are summed up; without it, that of most orders.
    """
    known = facts.currencies()
    chosen = currency or next(iter(known), "")
    as_of = facts.newest_event()
    running = facts.month_of(as_of) if as_of else None
    found = month_on_month(facts.takings(chosen), running=running)
    shown = [each for each in found if until is None or each.takings.month <= until]
    return Revenue(currency=chosen, currencies=known, as_of=as_of, months=tuple(shown[-months:]))
