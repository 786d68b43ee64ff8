"""``manage.py carve verify``: compare every row of both sides at one moment, and say how long a cutover would stall."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from seamline.carve.move.rehearsing import rehearse
from seamline.management.carve.common import add_module, carving_of, stall_text
from seamline.management.events.output import Output

NAME = "verify"
HELP = (
    "The rehearsal: fence the module off for a moment, see both sides at one logical point, let all go on, then "
    "compare every row. Mismatches are named by primary key; the stall is what a cutover would cost now."
)
EPILOG = """\
examples:
  manage.py carve verify orders
  manage.py carve verify orders --format json

exit status: 0 equal; 1 mismatches, or not possible now; 2 wrong usage.
"""


def add_arguments(parser: CommandParser) -> None:
    """Which."""
    add_module(parser)


def run(options: dict[str, Any], output: Output) -> bool:
    """Do it."""
    carving = carving_of(options, output)
    move = carving.move()
    from seamline.carve.move.cutover import standing

    found = rehearse(move.reversed() if standing(move).flipped else move, progress=output.progress)
    comparison = found.comparison
    output.json({"module": options["module"], "stall": found.stall, "comparison": comparison})
    for mismatch in comparison.mismatches:
        output.line(mismatch.text)
    output.line(
        f"{comparison.rows:,} rows in {comparison.tables} tables compared in {comparison.seconds:.1f} s: "
        f"{comparison.different:,} mismatches. {stall_text(found.stall)}: so a cutover would now."
    )
    return comparison.different > 0
