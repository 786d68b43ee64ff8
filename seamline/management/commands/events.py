"""``manage.py events``: the state of all subscriptions, and what operators do with events."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from seamline.management.events import ACTIONS
from seamline.management.events.output import Output

EPILOG = """\
examples:
  manage.py events status                                  how far behind each subscription is
  manage.py events parked                                  failed events, what they wait for, why they failed
  manage.py events ACTION --help                           what an action does, with examples

exit status: 0 all well; 1 findings, such as parked events in 'status', or nothing to act on; 2 wrong usage.
"""


UNCHECKED = ("schemas", "asyncapi")
"""Actions that judge contracts themselves: system checks about them would only stand in their way."""


class Command(BaseCommand):
    """Thin: the actions are in ``seamline.management.events``, what they do in ``seamline.events``."""

    help = (
        "Show and steer the delivery of events. A failing event is retried with growing delays, then parked; later "
        "events of its key wait behind it, all others flow on. Redriving tries it again, discarding gives it up; then "
        "what waits follows in order."
    )

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

    def execute(self, *args: Any, **options: Any) -> str | None:
        if options.get("action") in UNCHECKED:
            self.requires_system_checks = []
        return super().execute(*args, **options)

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        output = Output(stdout=self.stdout, stderr=self.stderr, as_json=options["format"] == "json")
        chosen = {each.NAME: each for each in ACTIONS}[action]
        try:
            found = chosen.run(options, output)
        except (LookupError, ValueError) as error:
            raise CommandError(str(error).strip("\"'"), returncode=1) from error
        if found:
            raise SystemExit(1)
