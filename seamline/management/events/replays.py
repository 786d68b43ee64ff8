"""``manage.py events replays``: which replays there are, and how far each is."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from seamline.history import ReplayStatus, replays
from seamline.management.events.output import Output
from seamline.management.events.replay import show_replay

NAME = "replays"
HELP = "list replays: those under way, failed and over"
EPILOG = """\
examples:
  manage.py events replays                                      those that are not over
  manage.py events replays --all --subscription recommendations.learn_of_orders --format json

exit status: 0 all well; 1 one has failed and waits to be resumed or cancelled.
"""


def add_arguments(parser: CommandParser) -> None:
    """Which."""
    parser.add_argument("--subscription", metavar="NAME", help="only of this subscription")
    parser.add_argument("--all", action="store_true", help="also those that are over")


def run(options: dict[str, Any], output: Output) -> bool:
    """List them; a failed one is a finding."""
    unfinished = (ReplayStatus.RUNNING, ReplayStatus.FAILED)
    found = [each for each in replays(options["subscription"]) if options["all"] or each.status in unfinished]
    output.json({"replays": found})
    for each in found:
        show_replay(each, output)
    output.line(f"{len(found)} replays")
    return any(each.status is ReplayStatus.FAILED for each in found)
