"""``manage.py events status``: how far behind each subscription is, and what holds a log back."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from seamline.events import lag, open_writers
from seamline.management.events.output import Output

NAME = "status"
HELP = "lag, retries and parked events of each subscription"
EPILOG = """\
examples:
  manage.py events status                  how far behind each subscription is
  manage.py events status --format json    the same for programs

exit status: 0 all well; 1 events are parked.
"""


def add_arguments(parser: CommandParser) -> None:
    """None of its own."""


def run(options: dict[str, Any], output: Output) -> bool:
    """Print it; parked events are findings."""
    states, writers = lag(), open_writers()
    output.json({"subscriptions": states, "open_writers": writers})
    for state in states:
        line = f"{state.subscription} <- {state.publisher}: {state.events} behind"
        details = [f"{state.seconds:.1f} s"] if state.events else []
        shelf = {"retrying": state.retrying, "waiting": state.waiting, "parked": state.parked}
        details += [f"{count} {name}" for name, count in shelf.items() if count]
        details += ["paused"] if state.paused else []
        details += [] if state.reachable else ["log not reachable from this process"]
        details += ["not started yet"] if state.position is None else [f"at {state.position}"]
        output.line(", ".join([line, *details]))
    for writer in writers:
        output.line(
            f"{writer.publisher}: transaction {writer.transaction} ({writer.application or 'prepared'}) has "
            f"written events and is open for {writer.seconds:.1f} s; readers wait for it"
        )
    return any(state.parked for state in states)
