"""``manage.py breakers force``: hold a breaker in a state, in all processes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from seamline.control import force_breaker
from seamline.management.control.command import add_dry_run, add_reason
from seamline.management.events.output import Output
from seamline.resilience.breaker import BreakerState
from seamline.resilience.breaker_state import FORCED

NAME = "force"
HELP = "hold the breaker of a module in a state, or keep one of its instances out, until it is released"
EPILOG = """\
examples:
  manage.py breakers force recommendations forced_open --reason "the model is being replaced until 18:00"
  manage.py breakers force payments forced_closed --reason "half of its errors are ours; let everything through"
  manage.py breakers force orders@http://10.0.0.3:8000 forced_open --reason "that host swaps"

states: forced_open refuses all calls; forced_closed and metrics_only let all through and count; disabled counts none.
All processes obey within a second. Let it go: manage.py breakers release CALLEE --reason ...

exit status: 0 ordered; 1 it could not be; 2 wrong usage.
"""


def add_arguments(parser: CommandParser) -> None:
    """Which, how and why."""
    parser.add_argument("callee", help="a module's name, or module@instance by id or address")
    parser.add_argument("state", choices=sorted(FORCED))
    add_reason(parser)
    add_dry_run(parser)


def run(options: dict[str, Any], output: Output) -> bool:
    """Force it."""
    callee, state = options["callee"], BreakerState(options["state"])
    ordered = force_breaker(callee=callee, state=state, reason=options["reason"], dry_run=options["dry_run"])
    output.json({"callee": callee, "state": state, "ordered": ordered})
    output.line(f"{callee} {'is' if ordered else 'would be'} {state} in all processes.")
    return False
