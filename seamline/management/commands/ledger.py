"""``manage.py ledger``: event-sourced streams and histories: verify them, and read what was known at any time."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from seamline.management.events.output import Output
from seamline.management.ledger import ACTIONS

EPILOG = """\
examples:
  manage.py ledger list                                     what can be read back
  manage.py ledger verify                                   whether anything was altered
  manage.py ledger show payments.payment ID --as-of TIME    what was known then
  manage.py ledger history orders.order ID                  all that happened, by whom, and why
  manage.py ledger diff inventory.stock 85123A --from TIME  what changed since
  manage.py ledger ACTION --help                            what an action does, with examples

exit status: 0 all well; 1 findings, or it cannot be done; 2 wrong usage.
"""


class Command(BaseCommand):
    """Thin: the actions are in ``seamline.management.ledger``, what they do in ``seamline.eventsourcing``."""

    help = (
        "Verify event-sourced streams, and read back what was known at any time: of aggregates, whose state is their "
        "events, and of what lies in tables and told each change by an event."
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
