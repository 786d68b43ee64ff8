"""``manage.py events discard``: give a failed event up, with a reason that stays."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.management.base import CommandParser

from seamline.events import discard
from seamline.management.events.choice import show
from seamline.management.events.output import Output

NAME = "discard"
HELP = "give one failed event up, with a reason"
EPILOG = """\
examples:
  manage.py events discard inventory.release_on_cancel 0198c3... --reason "test order of 3 May"
"""


def add_arguments(parser: CommandParser) -> None:
    """Which, and why."""
    parser.add_argument("subscription", help="the subscription that failed")
    parser.add_argument("event_id", type=UUID, help="the event's id")
    parser.add_argument("--reason", required=True, help="kept with the event")
    parser.add_argument("--dry-run", action="store_true", help="only say which")


def run(options: dict[str, Any], output: Output) -> bool:
    """Discard it."""
    event = discard(
        subscription=options["subscription"],
        event_id=options["event_id"],
        reason=options["reason"],
        dry_run=options["dry_run"],
    )
    show((event,), output)
    return False
