"""``manage.py fold``: a carved module comes home, data and calls, under traffic."""

from __future__ import annotations

import argparse
from typing import Any

import psycopg
from django.core.management.base import BaseCommand, CommandError, CommandParser

from seamline.carve.move.errors import FenceFailed, MoveRefused
from seamline.embedded import EmbeddedServerError
from seamline.management.carve.common import Bar, actor, carving_of, stall_text
from seamline.management.events.output import Output

EPILOG = """\
examples:
  manage.py fold orders
  manage.py fold orders --no-input --format json

exit status: 0 it is home; 1 refused, or not possible now; 2 wrong usage.
"""


class Command(BaseCommand):
    """Thin: what it does is in ``seamline.carve``."""

    help = (
        "Bring a carved module back into the monolith's own database and process, while everything runs. Before "
        "'carve finalise' nothing is copied; after it, the data are copied back first. The service ends."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.epilog = EPILOG
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.add_argument("module", metavar="MODULE", help="its name, such as 'orders'")
        parser.add_argument("--no-input", action="store_true", help="do not ask")
        parser.add_argument("--dry-run", action="store_true", help="only say what it would do")
        parser.add_argument("--format", choices=("text", "json"), default="text", help="json is for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        output = Output(stdout=self.stdout, stderr=self.stderr, as_json=options["format"] == "json")
        try:
            carving = carving_of(options, output)
            home = carving.home_place
            if options["dry_run"]:
                output.json({"module": options["module"], "target": home})
                output.line(f"Would bring {options['module']} to {home}.")
                return
            if not output.confirm(f"Bring {options['module']} home to {home}?", no_input=options["no_input"]):
                raise SystemExit(1)
            stall = carving.fold(progress=Bar(output), actor=actor())
        except (MoveRefused, FenceFailed, EmbeddedServerError, LookupError, psycopg.OperationalError) as error:
            raise CommandError(str(error).strip("\"'"), returncode=1) from error
        output.json({"module": options["module"], "state": "home", "stall": stall})
        output.line(f"{options['module']} is at {home}." + (f" {stall_text(stall)}." if stall else ""))
