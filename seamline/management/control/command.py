"""A command of actions: each in a file of its own, listed in ``ACTIONS``; errors of the control room become exit 1."""

from __future__ import annotations

import argparse
import getpass
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError, CommandParser

from seamline.calls import acting_as
from seamline.control import BoardAway, FaultsNotAllowed
from seamline.management.events.output import Action, Output


class ActionCommand(BaseCommand):
    """Thin: parses, runs the action as ``operator:<login>``, and turns what went wrong into an exit status."""

    ACTIONS: ClassVar[tuple[Action, ...]]
    EPILOG: ClassVar[str]

    def add_arguments(self, parser: CommandParser) -> None:
        parser.epilog = self.EPILOG
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        commands = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        for action in self.ACTIONS:
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
        chosen = {each.NAME: each for each in self.ACTIONS}[action]
        try:
            with acting_as(f"operator:{getpass.getuser()}"):
                found = chosen.run(options, output)
        except (LookupError, ValueError, BoardAway, FaultsNotAllowed) as error:
            raise CommandError(str(error).strip("\"'"), returncode=1) from error
        if found:
            raise SystemExit(1)


def add_reason(parser: CommandParser) -> None:
    """The reason that every order needs."""
    parser.add_argument("--reason", required=True, help="why; others see it, and it is kept")


def add_dry_run(parser: CommandParser) -> None:
    """Check alone."""
    parser.add_argument("--dry-run", action="store_true", help="check it and change nothing")
