"""``manage.py carve status``: where the data are, who serves, how far the copy is and what lags."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import CommandParser

from seamline.carve.state import all_states
from seamline.management.events.output import Output

NAME = "status"
HELP = "Every carve of this installation: where the data are, who serves, how far the copy is, what lags, what is kept."
EPILOG = """\
examples:
  manage.py carve status
  manage.py carve status orders --watch
  manage.py carve status --format json

exit status: 0 all well; 1 something needs an operator; 2 wrong usage.
"""


def add_arguments(parser: CommandParser) -> None:
    """Which, and for how long."""
    parser.add_argument("module", nargs="?", metavar="MODULE", help="only this one")
    parser.add_argument("--watch", action="store_true", help="again each second, until Ctrl-C")


def run(options: dict[str, Any], output: Output) -> bool:
    """Print it."""
    while True:
        states = [state for state in all_states() if options["module"] in (None, state.module)]
        output.json({"carves": states})
        for state in states:
            output.line(state.text)
        if not states:
            output.line("No module is carved.")
        if not options["watch"]:
            return any(state.problems for state in states)
        try:
            time.sleep(1)
        except KeyboardInterrupt:
            return False
