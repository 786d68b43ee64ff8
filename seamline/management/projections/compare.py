"""``manage.py projections compare``: build beside the live rows, compare every row, and drop what was built."""

from __future__ import annotations

import getpass
from typing import Any

from django.core.management.base import CommandError, CommandParser

from seamline.management.events.output import Output
from seamline.management.projections.showing import Progress, show_outcome
from seamline.projections import AlreadyRebuilding, NotComparable, RebuildFailed, RebuildGone, compare

NAME = "compare"
HELP = "make a projection's rows anew, compare them with the live ones, and drop them"
EPILOG = """\
examples:
  manage.py projections compare storefront.order_history
  manage.py projections compare storefront.order_history --format json     with examples of rows that differ

Both sides are read in one snapshot in which they have taken in the same events, while events go on coming.

exit status: 0 every row is equal; 1 rows differ, or they could not be compared; 2 wrong usage.
"""


def add_arguments(parser: CommandParser) -> None:
    """Which one."""
    parser.add_argument("name", help="the projection")


def run(options: dict[str, Any], output: Output) -> bool:
    """Compare; rows that differ are a finding."""
    name = options["name"]
    try:
        outcome = compare(name, requested_by=getpass.getuser(), watching=Progress(output, name).watching)
    except (AlreadyRebuilding, NotComparable, RebuildFailed, RebuildGone) as error:
        raise CommandError(str(error), returncode=1) from error
    show_outcome(outcome, output)
    return not outcome.is_equal
