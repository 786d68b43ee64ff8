"""``manage.py ledger history``: all that happened to one thing, by whom, and why."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser
from rich.table import Table

from seamline.eventsourcing.plain import plain
from seamline.eventsourcing.registry import reader_named
from seamline.management.events.output import Output
from seamline.management.ledger.reading import add_thing

NAME = "history"
HELP = "all that happened to one thing: when, by whom, why, and because of what"
EPILOG = """\
examples:
  manage.py ledger history payments.payment 5c0e...
  manage.py ledger history orders.order 5c0e... --format json     with every event's content

exit status: 0 done; 1 nothing happened to it; 2 wrong usage.
"""


def add_arguments(parser: CommandParser) -> None:
    """What."""
    add_thing(parser)


def run(options: dict[str, Any], output: Output) -> bool:
    """Show it."""
    reader = reader_named(options["type"])
    found = reader.histories([options["id"]]).get(options["id"], [])
    if not found:
        raise CommandError(f"Nothing ever happened to {options['type']} {options['id']}.", returncode=1)
    output.json(
        {
            "type": options["type"],
            "id": options["id"],
            "events": [
                {
                    "version": each.version,
                    "at": each.at,
                    "name": each.name,
                    "event_id": each.event_id,
                    "position": each.position,
                    "actor": each.actor,
                    "reason": each.reason,
                    "correlation": each.meta.get("correlation", ""),
                    "causation": each.meta.get("causation", ""),
                    "data": plain(each.event, hidden=reader.type.hidden),
                    "hash": each.hash.hex(),
                }
                for each in found
            ],
        }
    )
    table = Table("version", "at", "what", "by", "why", "caused by", box=None)
    for each in found:
        cause = str(each.meta.get("causation", ""))
        table.add_row(str(each.version), each.at.isoformat(), each.name, each.actor, each.reason, cause)
    output.rich(table)
    return False
