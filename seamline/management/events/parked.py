"""``manage.py events parked``: which events were put aside, and why."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from seamline.events import ParkedStatus, parked
from seamline.management.events.choice import add_filters, chosen, show
from seamline.management.events.output import Output

NAME = "parked"
HELP = "events that were put aside"
EPILOG = """\
examples:
  manage.py events parked                        failed events, what they wait for, why they failed
  manage.py events parked --all --format json    also those that wait behind, and discarded ones
"""


def add_arguments(parser: CommandParser) -> None:
    """Filters and detail."""
    add_filters(parser)
    parser.add_argument("--all", action="store_true", help="also those waiting behind others, and discarded ones")
    parser.add_argument("--traceback", action="store_true", help="print the traceback of each last failure")


def run(options: dict[str, Any], output: Output) -> bool:
    """Print them; none of it is a finding, for they were asked for."""
    statuses = tuple(ParkedStatus) if options["all"] else (ParkedStatus.PARKED, ParkedStatus.RETRYING)
    show(parked(**chosen(options), statuses=statuses), output, with_traceback=options["traceback"])
    return False
