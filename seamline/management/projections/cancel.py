"""``manage.py projections cancel``: drop what was built of a rebuild that nobody works on."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from seamline.management.events.output import Output
from seamline.projections import AlreadyRebuilding, cancel, projections

NAME = "cancel"
HELP = "drop what was built of an unfinished rebuild; live rows stay as they are"
EPILOG = """\
examples:
  manage.py projections cancel storefront.order_history

exit status: 0 it is dropped; 1 there is none, or somebody works on it; 2 wrong usage.
"""


def add_arguments(parser: CommandParser) -> None:
    """Which one."""
    parser.add_argument("name", help="the projection")
    parser.add_argument("--no-input", action="store_true", help="do not ask")


def run(options: dict[str, Any], output: Output) -> bool:
    """Drop; nothing to drop is a finding."""
    name = options["name"]
    next(iter(projections(name)))
    if not output.confirm(f"Drop what was built of {name}?", no_input=options["no_input"]):
        return True
    try:
        cancelled = cancel(name)
    except AlreadyRebuilding as error:
        raise CommandError(str(error), returncode=1) from error
    output.json({"projection": name, "cancelled": cancelled})
    output.line(f"{name}: what was built is dropped" if cancelled else f"{name} has no unfinished rebuild")
    return not cancelled
