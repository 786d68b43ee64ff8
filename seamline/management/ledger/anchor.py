"""``manage.py ledger anchor``: a signed statement of what the streams hold, to be kept elsewhere."""

from __future__ import annotations

from typing import Any

import msgspec
from django.core.management.base import CommandError, CommandParser

from seamline.eventsourcing.anchors import anchor
from seamline.management.events.output import Output
from seamline.management.ledger.verify import modules_with_streams

NAME = "anchor"
HELP = "a signed statement of what the streams hold now, a line of JSON a module, to be kept where the log is not"
EPILOG = """\
examples:
  manage.py ledger anchor >> /elsewhere/anchors.jsonl
  manage.py ledger verify --anchors /elsewhere/anchors.jsonl

The hash chains show what was altered within a stream. That streams or their ends are gone, or that somebody with all
rights has hashed everything again, only a statement from elsewhere shows.

exit status: 0 done; 1 a transaction did not end in time; 2 wrong usage.
"""


def add_arguments(parser: CommandParser) -> None:
    """Of which modules."""
    parser.add_argument("--module", help="only this one")


def run(options: dict[str, Any], output: Output) -> bool:
    """Make them; the text for people is JSON too, a line each."""
    try:
        made = [anchor(module) for module in modules_with_streams(options["module"])]
    except TimeoutError as error:
        raise CommandError(str(error), returncode=1) from error
    output.json({"anchors": made})
    for each in made:
        output.line(msgspec.json.encode(each).decode())
    return False
