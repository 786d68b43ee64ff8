"""``manage.py breakers release``: let a forced breaker go."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from seamline.control import overview, release_breaker
from seamline.management.control.command import add_dry_run, add_reason
from seamline.management.events.output import Output

NAME = "release"
HELP = "let a forced breaker go: it begins anew, closed, and judges by what it sees"
EPILOG = """\
examples:
  manage.py breakers release recommendations --reason "the new model answers"
  manage.py breakers release orders@http://10.0.0.3:8000 --reason "the host has its memory back"

exit status: 0 released; 1 it is not forced; 2 wrong usage.
"""


def add_arguments(parser: CommandParser) -> None:
    """Which, and why."""
    parser.add_argument("callee", help="as it was forced")
    add_reason(parser)
    add_dry_run(parser)


def run(options: dict[str, Any], output: Output) -> bool:
    """Release it; not forced is a finding."""
    callee, dry_run = options["callee"], options["dry_run"]
    if dry_run:
        forced = any(each.callee == callee for each in overview().orders.breakers)
    else:
        release_breaker(callee=callee, reason=options["reason"])
        forced = True
    output.json({"callee": callee, "released": forced and not dry_run, "forced": forced})
    output.line(f"{callee} {'would be' if dry_run else 'is'} released." if forced else f"{callee} is not forced.")
    return not forced
