"""``manage.py faults remove``: end a fault before its time."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from seamline.control import overview, remove_fault
from seamline.management.control.command import add_dry_run, add_reason
from seamline.management.events.output import Output

NAME = "remove"
HELP = "end a fault before its time, in all processes"
EPILOG = """\
examples:
  manage.py faults list
  manage.py faults remove fault-5d0c81aa --reason "seen enough"

exit status: 0 it has ended; 1 there is none with that id; 2 wrong usage.
"""


def add_arguments(parser: CommandParser) -> None:
    """Which, and why."""
    parser.add_argument("id", help="as manage.py faults list shows it")
    add_reason(parser)
    add_dry_run(parser)


def run(options: dict[str, Any], output: Output) -> bool:
    """End it; none is a finding."""
    fault_id, dry_run = options["id"], options["dry_run"]
    if dry_run:
        there = any(each.fault.id == fault_id for each in overview().orders.faults)
    else:
        remove_fault(fault_id=fault_id, reason=options["reason"])
        there = True
    output.json({"id": fault_id, "removed": there and not dry_run, "there": there})
    output.line(f"{fault_id} {'would be' if dry_run else 'is'} removed." if there else f"There is no {fault_id}.")
    return not there
