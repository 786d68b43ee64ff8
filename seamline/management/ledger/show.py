"""``manage.py ledger show``: what was known of one thing, now or then."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from seamline.eventsourcing.plain import plain
from seamline.eventsourcing.registry import reader_named
from seamline.management.events.output import Output
from seamline.management.ledger.reading import add_thing, lines, read

NAME = "show"
HELP = "what is known of one thing, or was known at a time"
EPILOG = """\
examples:
  manage.py ledger show payments.payment 5c0e...                               as it is
  manage.py ledger show payments.payment 5c0e... --as-of 2026-11-23T20:00:00Z  as it was known then
  manage.py ledger show payments.payment 5c0e... --as-of 2                     after its second event

exit status: 0 done; 1 nothing was known of it; 2 wrong usage.
"""


def add_arguments(parser: CommandParser) -> None:
    """What, and when."""
    add_thing(parser)
    parser.add_argument("--as-of", help="a time with its zone, or a version")


def run(options: dict[str, Any], output: Output) -> bool:
    """Show it."""
    found = read(options, options["as_of"])
    state = plain(found.state, hidden=reader_named(options["type"]).type.hidden)
    output.json({"type": options["type"], "id": found.id, "version": found.version, "at": found.at, "state": state})
    output.line(f"{options['type']} {found.id}, version {found.version} of {found.at.isoformat()}")
    for line in lines(state):
        output.line(line)
    return False
