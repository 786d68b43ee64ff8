"""``manage.py placement show``: who serves each module, where, and which processes have it in force."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from rich.table import Table

from seamline.management.events.output import Output
from seamline.placement.overview import overview

NAME = "show"
HELP = "who serves each module that the hub hosts, at which instances, and which processes have not heard of it yet"
EPILOG = """\
examples:
  manage.py placement show
  manage.py placement show --format json

exit status: 0 all live processes obey, and each service has an instance; 1 some lag behind, or a service has none (then
the hub answers); 2 wrong usage.
"""


def add_arguments(parser: CommandParser) -> None:
    """None but the format."""


def run(options: dict[str, Any], output: Output) -> bool:
    """Show it; whoever lags behind and services without an instance are findings."""
    found = overview()
    output.json(found)
    table = Table(box=None, header_style="bold")
    for title in ("module", "served by", "instances", "since", "by", "reason"):
        table.add_column(title)
    for each in found.modules:
        placed = each.placement
        since = f"{placed.changed_at:%Y-%m-%d %H:%M:%S}" if placed.changed_at else ""
        places = ", ".join(each.instances) or ("the hub stands by" if each.has_no_instance else "")
        table.add_row(placed.module, placed.serves, places, since, placed.changed_by, placed.reason)
    output.rich(table)
    behind = [each.process for each in found.followers if each.epoch < found.epoch]
    output.line(f"{len(found.followers)} processes follow (epoch {found.epoch}).")
    if behind:
        output.line(f"Not yet in force in {', '.join(behind)}.")
    return bool(behind) or any(each.has_no_instance for each in found.modules)
