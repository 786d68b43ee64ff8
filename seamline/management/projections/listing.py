"""``manage.py projections list``: what there is, and whether the code has changed since the rows were made."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from rich.table import Table

from seamline.management.events.output import Output
from seamline.projections.status import ProjectionState, states

NAME = "list"
HELP = "list the projections of this process, and whether their code made their rows"
EPILOG = """\
examples:
  manage.py projections list
  manage.py projections list --format json        with fingerprints, tables and events

exit status: 0 all rows were made by today's code; 1 some were not; 2 wrong usage.
"""


def add_arguments(parser: CommandParser) -> None:
    """Nothing to choose."""


def run(options: dict[str, Any], output: Output) -> bool:
    """List; changed code is a finding."""
    found = states()
    output.json([{"has_changed": state.has_changed, "projection": state} for state in found])
    table = Table("projection", "version", "events", "tables", "rows made", "code", box=None)
    for state in found:
        table.add_row(
            state.name,
            str(state.version),
            "\n".join(state.events),
            "\n".join(state.tables),
            "-" if state.record is None else f"{state.record.built_at:%Y-%m-%d %H:%M}",
            verdict(state),
        )
    output.rich(table)
    return any(state.has_changed for state in found)


def verdict(state: ProjectionState) -> str:
    """How today's code stands to the live rows."""
    if state.record is None:
        return "no rows yet"
    return "has changed: rebuild it" if state.has_changed else "made the rows"
