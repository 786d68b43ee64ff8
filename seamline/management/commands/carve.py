"""``manage.py carve``: a module leaves the running monolith for a server and a service of its own."""

from __future__ import annotations

import argparse
from typing import Any

import psycopg
from django.core.management.base import BaseCommand, CommandError, CommandParser

from seamline.carve.move.errors import FenceFailed, MoveRefused
from seamline.embedded import EmbeddedServerError
from seamline.management.carve import ACTIONS
from seamline.management.events.output import Output

EPILOG = """\
the way of a module, while everything runs:
  manage.py carve plan orders          what stands in the way, with file and line or a figure
  manage.py carve start orders         copy its data and keep them equal, start its service; nothing changes yet
  manage.py carve verify orders        compare every row at one moment, and say how long the cutover would stall
  manage.py carve cutover orders       its data, then its calls, go over; callers wait for some milliseconds
  manage.py carve rollback orders      back again, without a copy
  manage.py carve finalise orders      drop what keeps the way back open
  manage.py fold orders                bring it home, whenever

the way of its code:
  manage.py carve extract orders --output ../orders-service       a repository of its own
  manage.py carve shrink orders --repository ../orders-service    the monolith without that code

After a crash of anything: 'manage.py carve status MODULE', then 'carve resume' or 'carve rollback'.
See docs/carving.md.

exit status: 0 done; 1 refused, or not possible now: nothing has changed; 2 wrong usage.
"""


class Command(BaseCommand):
    """Thin: the actions are in ``seamline.management.carve``, what they do in ``seamline.carve``."""

    help = "Carve a module out of the running monolith, into a database and a service of its own, and back."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.epilog = EPILOG
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        commands = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        for action in ACTIONS:
            added = commands.add_parser(
                action.NAME,
                help=action.HELP,
                description=action.HELP,
                epilog=action.EPILOG,
                formatter_class=argparse.RawDescriptionHelpFormatter,
            )
            added.add_argument("--format", choices=("text", "json"), default="text", help="json is for programs")
            action.add_arguments(added)

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        output = Output(stdout=self.stdout, stderr=self.stderr, as_json=options["format"] == "json")
        chosen = {each.NAME: each for each in ACTIONS}[action]
        try:
            found = chosen.run(options, output)
        except (MoveRefused, FenceFailed, EmbeddedServerError, LookupError) as error:
            raise CommandError(str(error).strip("\"'"), returncode=1) from error
        except psycopg.OperationalError as error:
            line = str(error).strip().splitlines()[0]
            raise CommandError(
                f"A server does not answer ({line}): nothing was decided. Start it, then run 'manage.py carve resume "
                f"{options.get('module', 'MODULE')}'.",
                returncode=1,
            ) from error
        if found:
            raise SystemExit(1)
