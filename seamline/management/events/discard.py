"""``manage.py events discard``: give failed events up, with a reason that stays."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from seamline.events import discard
from seamline.events.parked_event import FAILED
from seamline.management.events.choice import add_change, add_filters, change
from seamline.management.events.output import Output

NAME = "discard"
HELP = "give failed events up, with a reason; the next events of their keys are tried then"
EPILOG = """\
examples:
  manage.py events discard --event-id 0198c3... --reason "test order of 3 May"
  manage.py events discard --subscription storefront.order_history --name orders.order_rejected \\
      --older-than 3d --reason "test orders" --dry-run

An event is given up for the subscription that failed alone: it stays in the log, and others have it. Who discarded it,
when and why is kept; manage.py events parked --status discarded shows it.

exit status: 0 they are given up; 1 there was no such failed event; 2 wrong usage.
"""


def add_arguments(parser: CommandParser) -> None:
    """Filters, and why."""
    add_filters(parser, statuses=FAILED)
    add_change(parser)
    parser.add_argument("--reason", required=True, help="kept with the events")


def run(options: dict[str, Any], output: Output) -> bool:
    """Discard them."""
    if not options["reason"].strip():
        raise CommandError("--reason is empty: it is all that will tell why an effect is missing.", returncode=2)
    return change(discard, verb="discard", options=options, output=output)
