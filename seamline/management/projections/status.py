"""``manage.py projections status``: how far behind each projection is, and what is being rebuilt."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from rich.table import Table

from seamline.management.events.output import Output
from seamline.management.projections.listing import verdict
from seamline.management.projections.showing import pace
from seamline.projections.status import ProjectionState, states

NAME = "status"
HELP = "show how far behind each projection is, and how far its rebuild"
EPILOG = """\
examples:
  manage.py projections status
  manage.py projections status storefront.order_history --format json

exit status: 0 all well; 1 events are parked, code has changed, or a rebuild stands still; 2 wrong usage.
"""


def add_arguments(parser: CommandParser) -> None:
    """Which one."""
    parser.add_argument("name", nargs="?", help="only this projection")


def run(options: dict[str, Any], output: Output) -> bool:
    """Show; what needs somebody is a finding."""
    found = states(options["name"], with_lag=True)
    output.json([{"has_changed": state.has_changed, "projection": state} for state in found])
    table = Table("projection", "version", "publisher", "behind", "oldest", "rate/s", "parked", "code", box=None)
    for state in found:
        for each in state.lag:
            table.add_row(
                state.name,
                str(state.version),
                each.publisher,
                f"{'~' if each.estimated else ''}{each.events:,}" if each.reachable else "?",
                f"{each.seconds:.1f}s",
                f"{each.rate:.1f}",
                str(each.parked),
                verdict(state),
            )
    output.rich(table)
    for state in found:
        for line in _rebuild_lines(state):
            output.line(line)
    return any(_needs_somebody(state) for state in found)


def _rebuild_lines(state: ProjectionState) -> list[str]:
    found = state.rebuild
    if found is None:
        return []
    who = "at work" if found.is_running else f"nobody is at it; go on: manage.py projections rebuild {state.name}"
    lines = [f"{state.name} is being rebuilt to version {found.version}: {found.step}, {pace(found)}; {who}"]
    if found.failed_position is not None:
        lines.append(f"  failed at position {found.failed_position} of {found.failed_publisher}: {found.error}")
    return lines


def _needs_somebody(state: ProjectionState) -> bool:
    stands_still = state.rebuild is not None and not state.rebuild.is_running
    return state.has_changed or stands_still or any(each.parked for each in state.lag)
