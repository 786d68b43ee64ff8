"""``manage.py events resume``: let a paused subscription go on."""

from __future__ import annotations

import getpass
from typing import Any

from django.core.management.base import CommandParser

from seamline.calls import acting_as
from seamline.events import resume
from seamline.management.events.output import Output

NAME = "resume"
HELP = "let a paused subscription go on, with the event that was next when it was paused"
EPILOG = """\
examples:
  manage.py events resume notifications.tell_buyers
  manage.py events resume storefront.order_history --publisher orders

exit status: 0 it goes on as soon as a dispatcher runs; 1 it was not paused, or does not exist; 2 wrong usage.
"""


def add_arguments(parser: CommandParser) -> None:
    """Which."""
    parser.add_argument("subscription", help="its name, such as notifications.tell_buyers")
    parser.add_argument("--publisher", metavar="MODULE", help="only events of this module")


def run(options: dict[str, Any], output: Output) -> bool:
    """Resume it; that it was not paused is a finding."""
    with acting_as(f"operator:{getpass.getuser()}"):
        ended = resume(options["subscription"], publisher=options["publisher"])
    output.json({"resumed": ended})
    for each in ended:
        output.line(f"{each.subscription} <- {each.publisher} goes on")
    if not ended:
        output.line(f"{options['subscription']} was not paused.")
    return not ended
