"""``manage.py carve cutover``: the data, then the calls, go over; callers wait for some milliseconds."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from seamline.management.carve.common import actor, add_consent, add_module, add_patience, carving_of, stall_text
from seamline.management.events.output import Output

NAME = "cutover"
HELP = (
    "Give the data to the target and have the service serve. Writers wait while the last rows arrive; if a writer does "
    "not end, all go on where they were and it is tried again. Reverse replication keeps the way back open."
)
EPILOG = """\
examples:
  manage.py carve cutover orders
  manage.py carve cutover orders --no-input --end-idle-after 5 --format json

exit status: 0 done; 1 refused or not possible now, and nothing has changed; 2 wrong usage.
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
        output.json({"module": options["module"], "source": str(move.source.place), "target": str(move.target.place)})
        output.line(f"Would give {options['module']} from {move.source.place} to {move.target.place}.")
        return False
    if not output.confirm(f"Give {options['module']} to {move.target.place}?", no_input=options["no_input"]):
        return True
    stall = carving.cut_over(end_idle_after=options["end_idle_after"], reason=options["reason"], actor=actor())
    output.json({"module": options["module"], "state": "carved", "stall": stall})
    output.line(f"{options['module']} is at {move.target.place}: {stall_text(stall)}.")
    output.line(f"Way back: manage.py carve rollback {options['module']}. When all is well: carve finalise.")
    return False
