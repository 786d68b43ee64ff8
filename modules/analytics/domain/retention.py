"""Cohorts: customers by the month of their first order, and how many of them order again so many months later. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from modules.analytics.domain.months import Month


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """Customers whose first order was in one month."""

    month: Month
    size: int
    active: tuple[int, ...]
    """How many ordered in the first month (all of them), the next, and so on, up to the month of the newest event."""
    ended: int
    """So many of these months have ended; in the one after them, more may still order."""

    def share(self, months_since: int) -> float | None:
        """The part of the cohort that ordered so many months later; None where that is still to come."""
        return self.active[months_since] / self.size if months_since < len(self.active) else None


def cohorts_of(activity: Iterable[tuple[Month, Month, int]], *, until: Month, columns: int) -> tuple[Cohort, ...]:
    """The cohorts, the oldest first.

    :param activity: (month of the first order, month in which they ordered, how many customers did).
    :param until: the month of the newest event; later ones are unknown.
    :param columns: the most months that follow the first.
    """
    counted: defaultdict[Month, dict[int, int]] = defaultdict(dict)
    for cohort, month, customers in activity:
        counted[cohort][month.since(cohort)] = customers
    return tuple(
        Cohort(
            month=cohort,
            size=months[0],
            active=tuple(months.get(since, 0) for since in range(min(columns, until.since(cohort)) + 1)),
            ended=min(columns + 1, until.since(cohort)),
        )
        for cohort, months in sorted(counted.items())
    )


def average(cohorts: Sequence[Cohort], *, columns: int) -> tuple[float | None, ...]:
    """Of all customers who could have ordered so many months after their first order, the share that did.

    The month that still runs does not count. None from where no cohort is old enough.
    """
    shares: list[float | None] = []
    for since in range(columns + 1):
        old_enough = [cohort for cohort in cohorts if since < cohort.ended]
        customers = sum(cohort.size for cohort in old_enough)
        active = sum(cohort.active[since] for cohort in old_enough)
        shares.append(active / customers if customers else None)
    return tuple(shares)
