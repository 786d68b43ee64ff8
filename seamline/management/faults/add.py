"""``manage.py faults add``: inject a fault for a while."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from seamline.control import add_fault
from seamline.management.control.command import add_dry_run, add_reason
from seamline.management.events.output import Output
from seamline.resilience.faults import FaultKind

NAME = "add"
HELP = "inject a fault into the calls of a module, in all processes, for a while"
EPILOG = """\
examples:
  manage.py faults add latency recommendations --seconds 2 --percent 30 --lasts 300 --reason "game day"
  manage.py faults add hang inventory --operation reserve --lasts 60 --reason "does the checkout survive it?"
  manage.py faults add reset orders --instance shop-3-4711-ab12cd --lasts 60 --reason "ejection drill"

kinds: latency waits, error fails without a call, hang answers nothing until the caller's time is up; reset and partial
break the connection to another process before or within the answer, and do nothing to calls within a process.
Each ends by itself, after an hour at most. Allowed where SEAMLINE_FAULTS is true, which is DEBUG unless it is set.

exit status: 0 injected; 1 it is not allowed or cannot be so; 2 wrong usage.
"""


def add_arguments(parser: CommandParser) -> None:
    """What, where, how much, how long and why."""
    parser.add_argument("kind", choices=[each.value for each in FaultKind])
    parser.add_argument("callee", help="a module's name")
    parser.add_argument("--operation", default="", help="of the module alone, such as reserve")
    parser.add_argument("--instance", default="", help="alone, by its id in the registry")
    parser.add_argument("--percent", type=float, default=100.0, help="of the calls; all where it is not given")
    parser.add_argument("--seconds", type=float, default=0.0, help="of latency")
    parser.add_argument("--lasts", type=float, default=60.0, help="seconds; 60 where it is not given")
    add_reason(parser)
    add_dry_run(parser)


def run(options: dict[str, Any], output: Output) -> bool:
    """Inject it."""
    names = ("callee", "operation", "instance", "percent", "seconds", "lasts", "reason", "dry_run")
    ordered = add_fault(kind=FaultKind(options["kind"]), **{name: options[name] for name in names})
    output.json({"fault": ordered})
    output.line(
        f"{ordered.fault.id} is injected for {ordered.seconds_left:g} s." if ordered else "It would be injected."
    )
    return False
