"""``manage.py carve verify``: compare every row of both sides at one moment, and say how long a cutover would stall."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from seamline.carve.move.cutover import standing
from seamline.carve.move.rehearsing import rehearse
from seamline.carve.state import shadow_of
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

exit status: 0 equal; 1 mismatches, shadow reads that differ, or not possible now; 2 wrong usage.
"""


def add_arguments(parser: CommandParser) -> None:
    """Which."""
    add_module(parser)


def run(options: dict[str, Any], output: Output) -> bool:
    """Do it."""
    carving = carving_of(options, output)
    move = carving.move()
    found = rehearse(move.reversed() if standing(move).flipped else move)
    comparison = found.comparison
    shadow = shadow_of(options["module"])
    output.json(
        {
            "module": options["module"],
            "same": comparison.same,
            "stall": found.stall,
            "comparison": comparison,
            "shadow": shadow,
        }
    )
    for table in comparison.tables:
        if table.unlike:
            output.line(f"! {table.table}: {table.unlike}")
    for mismatch in (*comparison.mismatches, *comparison.sequences_behind):
        output.line(f"! {mismatch}")
    output.line(
        f"{comparison.rows:,} rows in {len(comparison.tables)} tables compared in {comparison.seconds:.1f} s "
        f"({comparison.rows_per_second:,.0f} rows/s): {comparison.mismatched:,} mismatches."
    )
    output.line(f"In the rehearsal {stall_text(found.stall)}: a cutover would cost about that now.")
    if shadow is not None:
        output.line(shadow.text)
    return not comparison.same or bool(shadow and shadow.real)
