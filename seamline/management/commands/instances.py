"""``manage.py instances``: which instances of modules run, and what operators do with one."""

from __future__ import annotations

import argparse
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.table import Table

from seamline.discovery import Instance
from seamline.discovery.here import directory
from seamline.discovery.presence import DRAIN
from seamline.discovery.registry import RegistryAway
from seamline.management.events.output import Output

EPILOG = """\
examples:
  manage.py instances list                          all that run, wherever SEAMLINE_REGISTRY finds them
  manage.py instances drain --instance ID           it finishes what it has; callers go elsewhere
  manage.py instances drain --here                  those at this deployable's own SEAMLINE_ADVERTISE: a preStop hook
  manage.py instances forget --instance ID          as if it had left; it comes back with its next sign of life

Draining waits until callers have heard of it, then the process may be ended without losing a request.

exit status: 0 all well; 1 nothing found, or the registry is away; 2 wrong usage.
"""


class Command(BaseCommand):
    """Thin: the registry does it."""

    help = "Show the instances of all modules, and drain or forget one."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.epilog = EPILOG
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.add_argument("action", choices=("list", "drain", "forget"))
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--instance", metavar="ID", default="", help="of the instance")
        which.add_argument("--here", action="store_true", help="every instance at SEAMLINE_ADVERTISE")
        parser.add_argument("--module", default="", help="with list: only instances of this module")
        parser.add_argument("--dry-run", action="store_true", help="only say which instances it would be")
        parser.add_argument("--format", choices=("text", "json"), default="text", help="json is for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        output = Output(stdout=self.stdout, stderr=self.stderr, as_json=options["format"] == "json")
        registry = directory().registry
        try:
            known = registry.read().instances
            if options["action"] == "list":
                self._list(
                    [each for each in known if not options["module"] or options["module"] in each.modules], output
                )
                return
            chosen = _chosen(known, options)
            if not options["dry_run"]:
                for each in chosen:
                    registry.drain(each.id) if options["action"] == "drain" else registry.deregister(each.id)
                if options["action"] == "drain":
                    time.sleep(DRAIN)
        except RegistryAway as error:
            raise CommandError(str(error), returncode=1) from error
        done = {"drain": "drained", "forget": "forgotten"}[options["action"]]
        output.json({done: [each.id for each in chosen], "dry_run": options["dry_run"]})
        for each in chosen:
            output.line(f"{'would be ' if options['dry_run'] else ''}{done}: {each.id} at {each.url}")

    @staticmethod
    def _list(known: list[Instance], output: Output) -> None:
        output.json({"instances": known})
        table = Table("instance", "modules", "address", "state", "zone", "up for")
        for each in known:
            up = f"{max(0, int(time.time() - each.started_at))} s" if each.started_at else ""
            table.add_row(each.id, ", ".join(each.modules), each.url, each.state, each.zone, up)
        output.rich(table if known else "No instance is registered.")


def _chosen(known: tuple[Instance, ...], options: dict[str, Any]) -> list[Instance]:
    if options["here"]:
        if not settings.SEAMLINE_ADVERTISE:
            raise CommandError("--here needs SEAMLINE_ADVERTISE, the address that is drained.", returncode=2)
        found = [each for each in known if each.url == settings.SEAMLINE_ADVERTISE.rstrip("/")]
    elif options["instance"]:
        found = [each for each in known if each.id == options["instance"]]
    else:
        raise CommandError("Say which: --instance ID, or --here.", returncode=2)
    if not found:
        raise CommandError("No such instance is registered; 'manage.py instances list' shows all.", returncode=1)
    return found
