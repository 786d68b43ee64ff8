"""``manage.py breakers history``: how breakers changed, and what operators did."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser

from seamline.control import acts, history
from seamline.management.events.output import Output

NAME = "history"
HELP = "the latest changes of state of all breakers with the figures behind them, and what operators did"
EPILOG = """\
examples:
  manage.py breakers history
  manage.py breakers history payments --limit 500 --format json

The latest 10 000 changes of state are kept, and every act of an operator.

exit status: 0 there are some; 1 there are none; 2 wrong usage.
"""


def add_arguments(parser: CommandParser) -> None:
    """Whose, and how many."""
    parser.add_argument("callee", nargs="?", default="", help="of this one alone")
    parser.add_argument("--limit", type=int, default=50, help="how many of each; 50 where it is not given")


def run(options: dict[str, Any], output: Output) -> bool:
    """Show it; nothing is a finding."""
    if not 1 <= options["limit"] <= 10_000:
        raise CommandError("--limit is 1 to 10000.", returncode=2)
    happened = history(callee=options["callee"], limit=options["limit"])
    acted = acts(subject=options["callee"], limit=options["limit"])
    output.json({"transitions": happened, "acts": acted})
    lines = [
        (
            each.at,
            f"{each.name}: {each.before} -> {each.after} in {each.process}"
            f" ({each.failures} failed, {each.slow} slow of {each.calls}): {each.reason}"
            + (f" [{each.actor}]" if each.actor else ""),
        )
        for each in happened
    ] + [
        (each.at.timestamp(), f"{each.actor} {each.action} {each.kind} {each.subject} {each.value}: {each.reason}")
        for each in acted
    ]
    for at, text in sorted(lines, reverse=True):
        output.line(f"{datetime.fromtimestamp(at, tz=UTC):%Y-%m-%d %H:%M:%S.%f} {text}")
    if not lines:
        output.line("Nothing has happened yet.")
    return not lines
