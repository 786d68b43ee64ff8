"""``manage.py breakers list``: the breakers of all processes as one truth."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import CommandParser
from rich.table import Table

from seamline.control import overview
from seamline.control.overview import BreakerOverview
from seamline.management.events.output import Output
from seamline.resilience.breaker import BreakerState

NAME = "list"
HELP = "how the breakers of all processes stand, and what is forced upon them"
EPILOG = """\
examples:
  manage.py breakers list
  manage.py breakers list --format json | jq '.breakers[] | select(.state != "closed")'

A line is one callee. "sick" says how many of the processes that call it have found it sick by themselves, and how many
must until all open. Processes report within a second, and count for 6 seconds after their last report.

exit status: 0 all are closed; 1 one is not, or one is forced; 2 wrong usage.
"""


def add_arguments(parser: CommandParser) -> None:
    """None."""


def run(options: dict[str, Any], output: Output) -> bool:
    """Show them; one that is not closed is a finding."""
    found = overview()
    output.json(found)
    if not found.breakers:
        output.line(f"No breaker was used by any of the {found.processes} processes that report, and none is forced.")
        return False
    table = Table(box=None, pad_edge=False)
    for title in ("callee", "state", "since", "sick", "calls", "failed", "slow", "refused", "forced by", "reason"):
        table.add_column(title, no_wrap=title != "reason")
    for each in found.breakers:
        table.add_row(*_row(each))
    output.rich(table)
    for order in found.orders.policies:
        output.line(f"The policy of {order.module} is overridden by {order.actor}: {order.reason}")
    for ordered in found.orders.faults:
        output.line(f"Fault {ordered.fault.id} on {ordered.fault.callee} for {ordered.seconds_left:.0f} s more.")
    return any(each.state is not BreakerState.CLOSED for each in found.breakers)


def _row(each: BreakerOverview) -> tuple[str, ...]:
    since = datetime.fromtimestamp(each.since, tz=UTC).isoformat(sep=" ", timespec="seconds") if each.since else ""
    return (
        each.callee,
        each.state.value,
        since,
        f"{each.sick}/{each.voters} (needs {each.needed})" if each.voters else "",
        str(each.calls),
        f"{each.failure_rate:.0%}",
        f"{each.slow_rate:.0%}",
        str(each.refused),
        each.forced.actor if each.forced else "",
        each.forced.reason if each.forced else "",
    )
