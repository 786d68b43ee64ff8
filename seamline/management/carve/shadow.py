"""``manage.py carve shadow``: ask a share of a module's queries at the target too, and see whether answers differ."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from seamline.carve.move.cutover import standing
from seamline.carve.move.errors import MoveRefused
from seamline.carve.shadow.switching import shadow_off, shadow_on, shadow_report
from seamline.control.board import BoardAway
from seamline.management.carve.common import actor, add_module, carving_of
from seamline.management.events.output import Output

NAME = "shadow"
HELP = (
    "Between start and cutover: a share of the module's queries, as they are served here, is asked at the target too. "
    "Callers never wait for it. A difference counts when it stays after the target has caught up."
)
EPILOG = """\
examples:
  manage.py carve shadow orders --share 0.05              5 % of all queries, for an hour
  manage.py carve shadow orders --share 1 --minutes 10
  manage.py carve shadow orders                           what was found so far
  manage.py carve shadow orders --off

In what is found, answers are told by operation, names of fields and numbers of items; no value is kept.

exit status: 0 no answer differs; 1 answers differ, or not possible now; 2 wrong usage.
"""


def add_arguments(parser: CommandParser) -> None:
    """Which, how many, how long."""
    add_module(parser)
    parser.add_argument("--share", type=float, metavar="SHARE", help="of the queries, above 0 and at most 1")
    parser.add_argument("--minutes", type=float, default=60.0, help="until it ends by itself (%(default)g)")
    parser.add_argument("--off", action="store_true", help="end it now")


def run(options: dict[str, Any], output: Output) -> bool:
    """Switch, if asked to, and tell what was found."""
    carving = carving_of(options, output)
    move = carving.move()
    if options["off"] and options["share"] is not None:
        raise CommandError("--off ends what --share begins: give one of them.", returncode=2)
    try:
        if options["off"]:
            shadow_off(move)
        elif options["share"] is not None:
            if standing(move).flipped:
                raise MoveRefused(f"{options['module']!r} has been carved: shadow reads are for the time before.")
            try:
                shadow_on(move, share=options["share"], seconds=options["minutes"] * 60, actor=actor())
            except ValueError as error:
                raise CommandError(str(error), returncode=2) from error
        report = shadow_report(options["module"])
    except BoardAway as error:
        raise CommandError(str(error), returncode=1) from error
    output.json(report)
    output.line(report.text)
    return bool(report.real)
