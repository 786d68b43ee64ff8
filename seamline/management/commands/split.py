"""``manage.py split show|export``: what a split consists of, and the same for other supervisors. Thin."""

from __future__ import annotations

import argparse
import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from seamline.split.chosen import chosen_places
from seamline.split.exporting import compose, procfile
from seamline.split.places import Place

EPILOG = """\
examples:
  manage.py split show --split orders,payments                          who hosts what, and where
  manage.py split show --split all --format json
  manage.py split export --split orders,payments > Procfile             for honcho and foreman
  manage.py split export --split orders+payments --format compose       one container and one PostgreSQL for both

Starts and changes nothing. 'manage.py up --split orders,payments' runs the same. See docs/calls/split.md.

exit status: 0 written; 2 wrong usage, such as a module that does not exist.
"""


class Command(BaseCommand):
    """Writes to standard output alone."""

    help = "Show which modules run as which processes in a split, or write it as a Procfile or for Compose."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.epilog = EPILOG
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.add_argument("action", choices=["show", "export"])
        parser.add_argument(
            "--split", metavar="MODULES", default=settings.SEAMLINE_SPLIT, help="these as processes of their own"
        )
        parser.add_argument("--port", type=int, default=8000, help="the hub's (default: %(default)s)")
        parser.add_argument(
            "--format",
            choices=["text", "json", "procfile", "compose"],
            help="show: text, json; export: procfile, compose",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["split"]:
            raise CommandError("Give --split orders,payments, or set SEAMLINE_SPLIT.", returncode=2)
        writers = {"text": _as_text, "json": _as_json} if options["action"] == "show" else _EXPORTS
        chosen = options["format"] or next(iter(writers))
        if chosen not in writers:
            raise CommandError(f"'{options['action']}' has --format {' or '.join(writers)}.", returncode=2)
        places = chosen_places(options["split"], port=options["port"], for_later=True)
        self.stdout.write(writers[chosen](places), ending="")


def _as_text(places: tuple[Place, ...]) -> str:
    width = max(len(place.name) for place in places)
    return "".join(f"{place.name:<{width}}  {place.url}  {', '.join(place.deployable.modules)}\n" for place in places)


def _as_json(places: tuple[Place, ...]) -> str:
    shown = [
        {
            "name": place.name,
            "is_hub": place.deployable.is_hub,
            "modules": list(place.deployable.modules),
            "url": place.url,
            "embedded_server": f"postgres-{place.server_name}" if place.server_name else "postgres",
        }
        for place in places
    ]
    return json.dumps({"deployables": shown}) + "\n"


_EXPORTS = {"procfile": procfile, "compose": compose}
