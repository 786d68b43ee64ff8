"""``manage.py placement history``: who changed placements, and why."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from seamline.management.events.output import Output
from seamline.placement.place_service import MOST_CHANGES, placement_changes

NAME = "history"
HELP = "who had which module served by whom, when and why; the latest first"
EPILOG = """\
examples:
  manage.py placement history
  manage.py placement history orders --limit 500 --format json

exit status: 0 there are some; 1 there are none; 2 wrong usage.
"""


def add_arguments(parser: CommandParser) -> None:
    """Whose, and how many."""
    parser.add_argument("module", nargs="?", default="", help="of this one alone")
    parser.add_argument("--limit", type=int, default=50, help="how many; 50 where it is not given")


def run(options: dict[str, Any], output: Output) -> bool:
    """Show it; nothing is a finding."""
    if not 1 <= options["limit"] <= MOST_CHANGES:
        raise CommandError(f"--limit is 1 to {MOST_CHANGES}.", returncode=2)
    found = placement_changes(module=options["module"], limit=options["limit"])
    output.json(found)
    for each in found:
        output.line(f"{each.at:%Y-%m-%d %H:%M:%S} {each.actor}: {each.module} -> {each.serves}: {each.reason}")
    if not found:
        output.line("Nothing was ever changed: the hub serves all that it hosts.")
    return not found
