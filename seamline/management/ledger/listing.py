"""``manage.py ledger list``: what can be read back in this process."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from seamline.eventsourcing.registry import readers
from seamline.eventsourcing.repository import Repository
from seamline.management.events.output import Output

NAME = "list"
HELP = "which aggregates and histories this process can read back"
EPILOG = """\
examples:
  manage.py ledger list

An aggregate is its events, chained by hashes. A history is told by plain events of something that lies in tables.

exit status: 0 done; 2 wrong usage.
"""


def add_arguments(parser: CommandParser) -> None:
    """None."""


def run(options: dict[str, Any], output: Output) -> bool:
    """List them."""
    found = [
        {
            "type": reader.type.full_name,
            "kind": "aggregate" if isinstance(reader, Repository) else "history",
            "events": [event.event_name for event in reader.type.events],
        }
        for reader in readers()
    ]
    output.json({"types": found})
    for each in found:
        output.line(f"{each['type']} ({each['kind']}): {', '.join(each['events'])}")
    return False
