"""``manage.py events pause``: stop the delivery for a subscription, with a reason that others see."""

from __future__ import annotations

import getpass
from typing import Any

from django.core.management.base import CommandError, CommandParser

from seamline.calls import acting_as
from seamline.events import pause
from seamline.management.events.output import Output

NAME = "pause"
HELP = "stop the delivery for one subscription, in all processes at once; its events wait in the log"
EPILOG = """\
examples:
  manage.py events pause notifications.tell_buyers --reason "the mail server is being moved until 18:00"
  manage.py events pause storefront.order_history --publisher orders --reason "its tables are being filled anew"

Waits for the batch at hand, at most for the time limit of its handler. The reason, who paused it and since when is
kept; manage.py events status shows it. Other subscriptions flow on. Resume it: manage.py events resume SUBSCRIPTION

exit status: 0 nothing is delivered for it any more; 1 it does not exist, or could not be paused; 2 wrong usage.
"""


def add_arguments(parser: CommandParser) -> None:
    """Which, and why."""
    parser.add_argument("subscription", help="its name, such as notifications.tell_buyers")
    parser.add_argument("--publisher", metavar="MODULE", help="only events of this module")
    parser.add_argument("--reason", required=True, help="why; others see it")


def run(options: dict[str, Any], output: Output) -> bool:
    """Pause it."""
    if not options["reason"].strip():
        raise CommandError("--reason is empty: it is all that will tell others whether to resume.", returncode=2)
    with acting_as(f"operator:{getpass.getuser()}"):
        try:
            paused = pause(options["subscription"], publisher=options["publisher"], reason=options["reason"])
        except RuntimeError as error:
            raise CommandError(str(error), returncode=1) from error
    output.json({"paused": paused})
    for each in paused:
        output.line(each.text)
    return False
