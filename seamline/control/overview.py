"""Use case: what operators see of all breakers of the host group as one truth, of orders, and of what happened."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from django.conf import settings

from seamline.control import table
from seamline.control.sharing import VOTING, Verdict, verdicts
from seamline.control.values import ForcedBreaker, Happened, Orders, Seen, Standing
from seamline.resilience.breaker import BreakerState

_HISTORY = """
SELECT transition::text FROM control_transition WHERE %(name)s = '' OR name = %(name)s ORDER BY id DESC LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessStanding:
    """One breaker of one process."""

    process: str
    deployable: str
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerOverview:
    """The breaker of one callee in all processes that live."""

    callee: str
    state: BreakerState
    """What is forced; else open where the processes agree on it, closed where none finds the callee sick, and half-open
    where they disagree."""
    since: float
    """Of the youngest of the processes' states, in seconds since 1970; 0 where no process reports."""
    calls: int
    failures: int
    slow: int
    failure_rate: float
    slow_rate: float
    refused: int
    voters: int
    sick: int
    needed: int
    forced: ForcedBreaker | None
    processes: tuple[ProcessStanding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """All of it, as the database has it now."""

    breakers: tuple[BreakerOverview, ...]
    orders: Orders
    processes: int
    """That report, with breakers or without."""
    faults_allowed: bool


def overview() -> Overview:
    """How all breakers stand and what is ordered.

    :raises BoardAway: the database is out of reach.
    """
    with table.django_execute() as execute:
        seen = table.look(execute)
    return Overview(
        breakers=breakers_of(seen, wanted=settings.SEAMLINE_BREAKER_VOTES),
        orders=seen.orders,
        processes=len(seen.reports),
        faults_allowed=settings.SEAMLINE_FAULTS,
    )


def history(*, callee: str = "", limit: int = 100) -> tuple[Happened, ...]:
    """The latest changes of state, the youngest first.

    :param callee: of this one alone; empty for all.
    :raises BoardAway: the database is out of reach.
    """
    with table.django_execute() as execute:
        rows = execute(_HISTORY, {"name": callee, "limit": limit}).fetchall()
    return tuple(msgspec.json.decode(text, type=Happened) for (text,) in rows)


def breakers_of(seen: Seen, *, wanted: int = 0) -> tuple[BreakerOverview, ...]:
    """One overview for each callee that is reported or forced."""
    found = verdicts(seen.reports, wanted=wanted)
    forced = {order.callee: order for order in seen.orders.breakers}
    standings: dict[str, list[ProcessStanding]] = {name: [] for name in forced}
    for report in seen.reports:
        for each in report.breakers:
            standings.setdefault(each.name, []).append(
                ProcessStanding(process=report.process, deployable=report.deployable, standing=each)
            )
    return tuple(
        _overview(name, tuple(standings[name]), found.get(name), forced.get(name)) for name in sorted(standings)
    )


def _overview(
    name: str, processes: tuple[ProcessStanding, ...], verdict: Verdict | None, forced: ForcedBreaker | None
) -> BreakerOverview:
    each = [process.standing for process in processes]
    calls, failures = sum(one.calls for one in each), sum(one.failures for one in each)
    slow = sum(one.slow for one in each)
    return BreakerOverview(
        callee=name,
        state=forced.state if forced is not None else _state(each, verdict),
        since=max((one.since for one in each), default=0.0),
        calls=calls,
        failures=failures,
        slow=slow,
        failure_rate=round(failures / calls, 4) if calls else 0.0,
        slow_rate=round(slow / calls, 4) if calls else 0.0,
        refused=sum(one.refused for one in each),
        voters=verdict.voters if verdict is not None else 0,
        sick=verdict.sick if verdict is not None else 0,
        needed=verdict.needed if verdict is not None else 0,
        forced=forced,
        processes=processes,
    )


def _state(standings: list[Standing], verdict: Verdict | None) -> BreakerState:
    judging = {one.state for one in standings if one.state in VOTING}
    if (verdict is not None and verdict.opens) or judging == {BreakerState.OPEN}:
        return BreakerState.OPEN
    return BreakerState.HALF_OPEN if judging - {BreakerState.CLOSED} else BreakerState.CLOSED
