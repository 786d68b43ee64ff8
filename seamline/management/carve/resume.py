"""``manage.py carve resume``: after a crash, carry through what was decided."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from seamline.carve.state import state_of
from seamline.management.carve.common import actor, add_module, carving_of
from seamline.management.events.output import Output

NAME = "resume"
HELP = (
    "After a crash of the carve, a process or a server: ask both servers what was decided, and carry it through. "
    "A copy that was cut short goes on; a flip that was committed is completed; one that was not has never happened."
)
EPILOG = """\
examples:
  manage.py carve resume orders

exit status: 0 consistent; 1 a server does not answer, so nothing can be decided; 2 wrong usage.
"""


def add_arguments(parser: CommandParser) -> None:
    """Which."""
    add_module(parser)


def run(options: dict[str, Any], output: Output) -> bool:
    """Do it."""
    carving = carving_of(options, output)
    carving.resume(actor=actor())
    state = state_of(carving)
    output.json(state)
    output.line(state.text)
    return False
