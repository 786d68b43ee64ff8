"""``manage.py ledger diff``: what changed between two moments."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from seamline.eventsourcing.difference import differences
from seamline.eventsourcing.registry import reader_named
from seamline.management.events.output import Output
from seamline.management.ledger.reading import add_thing, read

NAME = "diff"
HELP = "what changed of one thing between two times or versions"
EPILOG = """\
examples:
  manage.py ledger diff payments.payment 5c0e... --from 1 --to 3
  manage.py ledger diff inventory.stock 85123A --from 2026-11-01T00:00:00Z      to now

exit status: 0 nothing changed; 1 something did, or nothing was known of it; 2 wrong usage.
"""


def add_arguments(parser: CommandParser) -> None:
    """What, and between which moments."""
    add_thing(parser)
    parser.add_argument("--from", dest="before", required=True, help="a time with its zone, or a version")
    parser.add_argument("--to", dest="after", help="the same; now where it is not given")


def run(options: dict[str, Any], output: Output) -> bool:
    """Compare; differences are findings."""
    before, after = read(options, options["before"]), read(options, options["after"])
    found = differences(before.state, after.state, hidden=reader_named(options["type"]).type.hidden)
    output.json(
        {
            "type": options["type"],
            "id": options["id"],
            "from": {"version": before.version, "at": before.at},
            "to": {"version": after.version, "at": after.at},
            "differences": found,
        }
    )
    output.line(f"{options['type']} {options['id']}: version {before.version} to {after.version}")
    for each in found:
        output.line(f"  {each.field}: {each.before} -> {each.after}")
    if not found:
        output.line("  nothing changed")
    return bool(found)
