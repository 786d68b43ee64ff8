"""``manage.py events externalise``: which brokers events leave to, how far each has come, and what it refuses."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from rich.table import Table
from rich.text import Text

from seamline.externalise import TargetState, target_states
from seamline.externalise.target import read_targets
from seamline.management.events.output import Output
from seamline.management.events.table import duration

NAME = "externalise"
HELP = "the brokers that events leave to: how far behind each is, what was sent, and its last error"
EPILOG = """\
examples:
  manage.py events externalise                  connects to each broker, and says how each target stands
  manage.py events externalise --format json    for programs
  manage.py events pause orders.externalise_rabbitmq --reason "the partner asked for it"
  manage.py events redrive --subscription orders.externalise_rabbitmq
  manage.py events replay orders.externalise_rabbitmq --from 2026-01-31

SEAMLINE_EXTERNALISE names the targets, see docs/events/externalise.md. Each is a subscription of its publisher, so the
other actions know it by the name in the first column. Passwords are never shown.

exit status: 0 all well; 1 a broker does not answer, an event was refused, or the setting cannot be used.
"""


def add_arguments(parser: CommandParser) -> None:
    """None of its own."""


def run(options: dict[str, Any], output: Output) -> bool:
    """Show all targets; what fails is a finding."""
    problems = [str(problem) for problem in read_targets(settings.SEAMLINE_EXTERNALISE)[1]]
    states = target_states()
    output.json({"targets": states, "problems": problems})
    if states:
        output.rich(_table(states))
    else:
        output.line("No events leave: SEAMLINE_EXTERNALISE names no target for a module of this process.")
    for state in states:
        if state.error:
            output.line(f"{state.subscription}: {state.error}")
    for problem in problems:
        output.line(f"SEAMLINE_EXTERNALISE: {problem}")
    return bool(problems) or any(state.failing for state in states)


def _table(states: tuple[TargetState, ...]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("subscription", "target"):
        table.add_column(title, no_wrap=True)
    for title in ("behind", "oldest", "rate/s", "sent", "retrying", "parked"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("state", overflow="fold")
    for state in states:
        table.add_row(
            state.subscription,
            state.url,
            f"{'~' if state.estimated else ''}{state.behind:,}",
            duration(state.seconds),
            f"{state.rate:.1f}",
            f"{state.sent:,}",
            str(state.retrying),
            str(state.parked),
            _words(state),
        )
    return table


def _words(state: TargetState) -> Text:
    if not state.reachable:
        return Text("does not answer", "bold red")
    if state.parked or state.retrying:
        return Text("refuses events", "red")
    return Text("paused", "yellow") if state.paused else Text("well", "green")
