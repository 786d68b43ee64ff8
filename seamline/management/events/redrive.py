"""``manage.py events redrive``: try failed events again, in the order of their keys."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from seamline.events import redrive
from seamline.management.events.choice import add_filters, chosen, show
from seamline.management.events.output import Output

NAME = "redrive"
HELP = "try failed events again"
EPILOG = """\
examples:
  manage.py events redrive --key 0198... --dry-run         what would be tried again
  manage.py events redrive --subscription inventory.release_on_cancel

exit status: 0 tried again; 1 nothing to try.
"""


def add_arguments(parser: CommandParser) -> None:
    """Filters."""
    add_filters(parser)
    parser.add_argument("--dry-run", action="store_true", help="only say which")


def run(options: dict[str, Any], output: Output) -> bool:
    """Redrive them; none is a finding."""
    events = redrive(**chosen(options), dry_run=options["dry_run"])
    show(events, output)
    return not events
