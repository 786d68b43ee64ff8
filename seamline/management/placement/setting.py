"""``manage.py placement set``: have a module served by a service, or by the hub again."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from seamline.management.control.command import add_dry_run, add_reason
from seamline.management.events.output import Output
from seamline.placement.await_everywhere import NotEverywhere, await_everywhere
from seamline.placement.place_service import place_service
from seamline.placement.values import Serves

NAME = "set"
HELP = "say who serves a module from now on, and wait until all processes of the hub obey"
EPILOG = """\
examples:
  manage.py placement set orders service --reason "its own team deploys it"
  manage.py placement set orders here --reason "back, the service leaks"
  manage.py placement set orders service --reason "to see what would be" --dry-run

Nobody is interrupted: what is at hand is finished where it began. The hub stands by and answers while no instance of
the service can be reached. Asking twice is asking once.

exit status: 0 in force in all processes; 1 refused, or not in force everywhere in time; 2 wrong usage.
"""


def add_arguments(parser: CommandParser) -> None:
    """Which, who and why."""
    parser.add_argument("module")
    parser.add_argument("serves", choices=[each.value for each in Serves], help="service, or here: the hub")
    add_reason(parser)
    parser.add_argument("--wait", type=float, default=10.0, help="seconds to wait for all processes; 10")
    add_dry_run(parser)


def run(options: dict[str, Any], output: Output) -> bool:
    """Change it; a process that does not obey in time is a finding."""
    if not 0 <= options["wait"] <= 600:
        raise CommandError("--wait is 0 to 600 seconds.", returncode=2)
    module, serves, dry_run = options["module"], Serves(options["serves"]), options["dry_run"]
    placed = place_service(module, serves=serves, reason=options["reason"], dry_run=dry_run)
    behind: tuple[str, ...] = ()
    if not dry_run:
        output.progress(f"Waiting until all processes have epoch {placed.epoch} in force.")
        try:
            await_everywhere(module, epoch=placed.epoch, timeout=options["wait"])
        except NotEverywhere as late:
            behind = late.processes
    output.json({"placement": placed, "dry_run": dry_run, "behind": behind})
    if dry_run:
        output.line(f"{module} is served by {placed.serves} now and would be served by {serves}.")
    else:
        output.line(f"{module} is served by {serves}.")
    if behind:
        output.line(f"Not yet in force in {', '.join(behind)}.")
    return bool(behind)
