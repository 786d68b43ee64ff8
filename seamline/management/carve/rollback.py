"""``manage.py carve rollback``: calls and data go back, without a copy; before the cutover, all is taken down."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from seamline.management.carve.common import actor, add_consent, add_module, add_patience, carving_of, stall_text
from seamline.management.events.output import Output

NAME = "rollback"
HELP = (
    "After a cutover: have the monolith serve again and take the data back; the target stays a copy, ready for another "
    "cutover. Before one, or a second time: take the copy and the service down."
)
EPILOG = """\
examples:
  manage.py carve rollback orders
  manage.py carve rollback orders --no-input --reason "latency of the new server"

exit status: 0 done; 1 refused or not possible now; 2 wrong usage.
"""


def add_arguments(parser: CommandParser) -> None:
    """Which, and how patiently."""
    add_module(parser)
    add_consent(parser)
    add_patience(parser)
    parser.add_argument("--reason", default="", help="kept with the change of placement")


def run(options: dict[str, Any], output: Output) -> bool:
    """Do it."""
    carving = carving_of(options, output)
    move = carving.move()
    if options["dry_run"]:
        output.json({"module": options["module"], "source": str(move.target.place), "target": str(move.source.place)})
        output.line(f"Would bring {options['module']} back to {move.source.place}.")
        return False
    if not output.confirm(f"Bring {options['module']} back to {move.source.place}?", no_input=options["no_input"]):
        return True
    stall = carving.roll_back(end_idle_after=options["end_idle_after"], reason=options["reason"], actor=actor())
    output.json({"module": options["module"], "state": "ready" if stall else "gone", "stall": stall})
    if stall is None:
        output.line(f"The carve of {options['module']} is taken down; its data never left {move.source.place}.")
    else:
        output.line(f"{options['module']} is back at {move.source.place}: {stall_text(stall)}.")
    return False
