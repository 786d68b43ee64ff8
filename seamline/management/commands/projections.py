"""``manage.py projections``: the read models of this process, and making them anew beside the live ones."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from seamline.management.events.output import Output
from seamline.management.projections import ACTIONS

EPILOG = """\
examples:
  manage.py projections list                               what there is, what it is made of, whether its code changed
  manage.py projections status                             how far behind each is, and what is being rebuilt
  manage.py projections compare storefront.order_history   build anew, compare every row, drop what was built
  manage.py projections rebuild storefront.order_history   build anew, compare, and put it in place
  manage.py projections ACTION --help                      what an action does, with examples

exit status: 0 all well; 1 findings, such as changed code or differing rows, or it cannot be done; 2 wrong usage.
"""


class Command(BaseCommand):
    """Thin: the actions are in ``seamline.management.projections``, what they do in ``seamline.projections``."""

    help = (
        "Show read models and make them anew from their events: beside the live rows, which go on being read and "
        "written, and then put in their place in one commit. A rebuild that was killed goes on where it was."
    )
    requires_system_checks: list[str] = []

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
        except (LookupError, ValueError) as error:
            raise CommandError(str(error).strip("\"'"), returncode=1) from error
        if found:
            raise SystemExit(1)
