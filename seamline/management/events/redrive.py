"""``manage.py events redrive``: try failed events again, in the order of their keys."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from seamline.events import redrive
from seamline.events.parked_event import FAILED
from seamline.management.events.choice import add_change, add_filters, change
from seamline.management.events.output import Output

NAME = "redrive"
HELP = "try failed events again, with a fresh count of attempts; what waits behind each follows in order"
EPILOG = """\
examples:
  manage.py events redrive --all --dry-run                 what would be tried again, by subscription and error
  manage.py events redrive --key 0198...                   the order whose events are stuck
  manage.py events redrive --subscription storefront.order_history --error "connection refused" --no-input

exit status: 0 they are tried again as soon as a dispatcher runs; 1 there was nothing to try; 2 wrong usage.
"""


def add_arguments(parser: CommandParser) -> None:
    """Filters, and why."""
    add_filters(parser, statuses=FAILED)
    add_change(parser)
    parser.add_argument("--all", action="store_true", help="all failed events; needed where no filter is given")
    parser.add_argument("--reason", default="", help="kept with the events until they are handled")


def run(options: dict[str, Any], output: Output) -> bool:
    """Redrive them; none is a finding."""
    return change(redrive, verb="redrive", options=options, output=output)
