"""``manage.py carve finalise``: drop what keeps the way back open, and the old schema."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from seamline.management.carve.common import add_consent, add_module, carving_of
from seamline.management.events.output import Output

NAME = "finalise"
HELP = (
    "After a cutover: end the replication and drop the old schema. The pointer stays, so that processes which start "
    "with the old settings still find the data. From here, 'manage.py fold' copies."
)
EPILOG = """\
examples:
  manage.py carve finalise orders
  manage.py carve finalise orders --no-input

exit status: 0 done; 1 the data are not at the target; 2 wrong usage.
"""


def add_arguments(parser: CommandParser) -> None:
    """Which."""
    add_module(parser)
    add_consent(parser)


def run(options: dict[str, Any], output: Output) -> bool:
    """Do it."""
    carving = carving_of(options, output)
    module, move = options["module"], carving.move()
    if options["dry_run"]:
        output.json({"module": module, "drops": f"{module} at {move.source.place}"})
        output.line(f"Would drop the schema {module} at {move.source.place} and all replication.")
        return False
    if not output.confirm(f"Drop the schema {module} at {move.source.place} for good?", no_input=options["no_input"]):
        return True
    carving.finalise()
    output.json({"module": module, "state": "final"})
    output.line(f"{module} is at {move.target.place} for good. Name it in the settings when you next deploy:")
    output.line(f"  {module.upper()}_DATABASE_URL=postgresql://...@{move.target.place}")
    return False
