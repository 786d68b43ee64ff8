"""Use case: which share of customers orders again, by the month of their first order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from modules.analytics.domain.months import Month
from modules.analytics.domain.retention import Cohort, average, cohorts_of
from modules.analytics.infra import facts

MOST_COHORTS = 120
MOST_COLUMNS = 36


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """Cohorts, the oldest first, and their average."""

    as_of: datetime | None
    """When the newest event happened; None while there is none."""
    columns: int
    """The most months after the first order that are told."""
    running: Month | None
    """The month of the newest event: each cohort's figure of it may still grow."""
    cohorts: tuple[Cohort, ...]
    average: tuple[float | None, ...]


def retention(*, cohorts: int = 13, columns: int = 12, until: Month | None = None) -> Retention:
    """The latest months in which customers came for the first time.

    :param until: the last month of first orders that is shown; without it, the newest.
    """
    as_of = facts.newest_event()
    if as_of is None:
        return Retention(as_of=None, columns=columns, running=None, cohorts=(), average=())
    running = facts.month_of(as_of)
    found = cohorts_of(facts.activity(), until=running, columns=columns)
    shown = tuple([each for each in found if until is None or each.month <= until][-cohorts:])
    return Retention(
        as_of=as_of, columns=columns, running=running, cohorts=shown, average=average(shown, columns=columns)
    )
