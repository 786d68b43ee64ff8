"""When a breaker opens everywhere because it is open in some processes: k of n. A pure rule about reports.

Who calls the module has a vote; what a process was told by others is none, so that opinions do not feed on themselves.
Where processes are on more than one host, one host alone decides nothing, however many it has. This file may not know
a breaker.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from seamline.control.values import Report
from seamline.resilience.breaker import BreakerState

FEWEST = 2
"""Votes that are needed in any case: no process speaks for all."""
VOTING = frozenset({BreakerState.CLOSED, BreakerState.OPEN, BreakerState.HALF_OPEN})
"""States in which a breaker judges by what it sees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the processes that call a callee make of it together."""

    name: str
    voters: int
    """Live processes that have called it lately and whose breaker judges."""
    sick: int
    needed: int
    hosts: int
    """On which the voters are that find it sick."""
    opens: bool


def votes_needed(voters: int, *, wanted: int = 0) -> int:
    """How many must find the callee sick: a majority, or as many as are wanted, all at most; but two at least.

    :param wanted: 0 for the majority.
    """
    return max(FEWEST, min(voters, wanted or voters // 2 + 1))


def verdicts(reports: Iterable[Report], *, wanted: int = 0) -> dict[str, Verdict]:
    """The verdict on each callee that a live process reports, by the breaker's name."""
    votes: dict[str, list[tuple[str, bool]]] = {}
    hosts: dict[str, set[str]] = {}
    for report in reports:
        for standing in report.breakers:
            if standing.state in VOTING:
                hosts.setdefault(standing.name, set()).add(report.host)
                cast = votes.setdefault(standing.name, [])
                if standing.calls or standing.state is not BreakerState.CLOSED:
                    cast.append((report.host, standing.sick))
    found = {}
    for name, cast in votes.items():
        sick_hosts = [host for host, sick in cast if sick]
        needed = votes_needed(len(cast), wanted=wanted)
        found[name] = Verdict(
            name=name,
            voters=len(cast),
            sick=len(sick_hosts),
            needed=needed,
            hosts=len(set(sick_hosts)),
            opens=len(sick_hosts) >= needed and len(set(sick_hosts)) >= min(len(hosts[name]), 2),
        )
    return found
