"""What the page shows: the three figures as charts and as rows of tables, in the words and digits people read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from contracts.kernel import Money
from modules.analytics.application.pairs import NamedPair, pairs
from modules.analytics.application.retention import Retention, retention
from modules.analytics.application.revenue import Revenue, revenue
from modules.analytics.charts.pairs import pairs_chart
from modules.analytics.charts.retention import retention_chart
from modules.analytics.charts.revenue import revenue_chart
from modules.analytics.charts.svg import Chart
from modules.analytics.domain.retention import Cohort
from modules.analytics.domain.revenue import totals

SHADES = 6
"""Of the retention's cells, by share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthRow:
    """A month, the newest first in the table."""

    name: str
    orders: str
    sold: str
    given_back: str
    net: str
    change: str
    direction: str
    """``up``, ``down`` or empty."""
    is_running: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cohort in one month: the share in words, and how dark the cell is, from 0."""

    words: str
    shade: int
    is_running: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortRow:
    """A cohort with a cell for each month; None from where the months are still to come."""

    name: str
    size: int
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The whole page."""

    as_of: datetime | None
    orders: str
    net: str
    revenue_chart: Chart
    months: tuple[MonthRow, ...]
    retention_chart: Chart
    columns: tuple[int, ...]
    cohorts: tuple[CohortRow, ...]
    average: tuple[str, ...]
    pairs_chart: Chart
    pairs: tuple[NamedPair, ...]
    counted_at: datetime | None
    baskets: str


def report() -> Report:
    """Ask for the three figures and put them into words."""
    money, customers, products = revenue(), retention(), pairs()
    orders, net = totals(money.months)
    return Report(
        as_of=money.as_of,
        orders=f"{orders:,}",
        net=_amount(net, money),
        revenue_chart=revenue_chart(money.months, currency=money.currency),
        months=_months(money),
        retention_chart=retention_chart(customers),
        columns=tuple(range(1, customers.columns + 1)),
        cohorts=_cohorts(customers),
        average=tuple("" if share is None else f"{share:.0%}" for share in customers.average[1:]),
        pairs_chart=pairs_chart(products.pairs),
        pairs=products.pairs,
        counted_at=products.counted_at,
        baskets=f"{products.baskets:,}",
    )


def _months(money: Revenue) -> tuple[MonthRow, ...]:
    return tuple(
        MonthRow(
            name=each.takings.month.name,
            orders=f"{each.takings.orders:,}",
            sold=_amount(each.takings.sold, money),
            given_back=_amount(each.takings.credited + each.takings.cancelled, money),
            net=_amount(each.takings.net, money),
            change="" if each.change is None else f"{each.change:+.1%}".replace("-", "−"),
            direction="" if not each.change else ("up" if each.change > 0 else "down"),
            is_running=each.is_running,
        )
        for each in reversed(money.months)
    )


def _amount(amount: Decimal, money: Revenue) -> str:
    return str(Money(amount=amount, currency=money.currency or "GBP")).replace("-", "−")


def _cohorts(customers: Retention) -> tuple[CohortRow, ...]:
    later = [count / cohort.size for cohort in customers.cohorts for count in cohort.active[1:]]
    highest = max(later, default=0.0)

    def cell(cohort: Cohort, since: int) -> Cell | None:
        share = cohort.share(since)
        if share is None:
            return None
        shade = min(int(share / highest * SHADES), SHADES - 1) if highest else 0
        return Cell(words=f"{share:.0%}", shade=shade, is_running=since >= cohort.ended)

    return tuple(
        CohortRow(
            name=cohort.month.name,
            size=cohort.size,
            cells=tuple(cell(cohort, since) for since in range(1, customers.columns + 1)),
        )
        for cohort in customers.cohorts
    )
