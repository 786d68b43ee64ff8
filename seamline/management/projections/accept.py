"""``manage.py projections accept``: say that changed code makes the same rows, so that no rebuild is needed."""

from __future__ import annotations

import getpass
from typing import Any

from django.core.management.base import CommandParser

from seamline.management.events.output import Output
from seamline.projections import accept

NAME = "accept"
HELP = "say that today's code makes the same rows as the code that made the live ones"
EPILOG = """\
examples:
  manage.py projections accept storefront.order_history --reason 'renamed a function'

Where it is not certain, let the rows say it: manage.py projections compare NAME

exit status: 0 done; 1 it cannot be done; 2 wrong usage.
"""


def add_arguments(parser: CommandParser) -> None:
    """Which one, and why."""
    parser.add_argument("name", help="the projection")
    parser.add_argument("--reason", required=True, help="why the rows are the same; kept with the projection")


def run(options: dict[str, Any], output: Output) -> bool:
    """Accept."""
    record = accept(options["name"], accepted_by=getpass.getuser(), reason=options["reason"])
    output.json(record)
    output.line(f"{record.name}: rows are taken to be of version {record.version}, code {record.fingerprint}")
    return False
