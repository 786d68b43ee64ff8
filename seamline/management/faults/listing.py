"""``manage.py faults list``: what is injected now."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from seamline.control import overview
from seamline.management.events.output import Output

NAME = "list"
HELP = "the faults that are injected now, and how long each still lasts"
EPILOG = """\
examples:
  manage.py faults list
  manage.py faults list --format json

exit status: 0 there are none; 1 there are some; 2 wrong usage.
"""


def add_arguments(parser: CommandParser) -> None:
    """None."""


def run(options: dict[str, Any], output: Output) -> bool:
    """Show them; any is a finding."""
    found = overview()
    output.json({"faults": found.orders.faults, "allowed": found.faults_allowed})
    for each in found.orders.faults:
        fault = each.fault
        where = ".".join(filter(None, (fault.callee, fault.operation))) + (
            f"@{fault.instance}" if fault.instance else ""
        )
        length = f" {fault.seconds:g} s" if fault.seconds else ""
        output.line(
            f"{fault.id} {fault.kind}{length} on {fault.percent:g}% of {where}, {each.seconds_left:.0f} s left, "
            f"by {fault.actor}: {fault.reason}"
        )
    if not found.orders.faults:
        output.line("None." if found.faults_allowed else "None; they are not allowed here (SEAMLINE_FAULTS).")
    return bool(found.orders.faults)
