"""``manage.py reset``: back to a fresh clone. Thin."""

from __future__ import annotations

import os
import shutil
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from seamline.embedded import EmbeddedServerError, all_servers
from seamline.embedded.valkey import default_valkey


class Command(BaseCommand):
    """Deletes what this project made for itself below .seamline/, never a server of somebody else."""

    help = (
        "Stop the embedded PostgreSQL and Valkey and delete .seamline/: their data, the installation's secret, written "
        "mail. A server that DATABASE_URL names is not touched."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-input", action="store_true", help="do not ask")

    def handle(self, *args: Any, **options: Any) -> None:
        place = settings.BASE_DIR / ".seamline"
        if not options["no_input"]:
            try:
                answer = input(f"Delete {place} with all data of the embedded server? [y/N] ")
            except EOFError:
                raise CommandError(
                    "Nobody answers here: give --no-input to delete without asking.", returncode=2
                ) from None
            if answer.strip().lower() not in ("y", "yes"):
                self.stdout.write("Nothing was deleted.")
                return
        try:
            for server in all_servers(settings.BASE_DIR).values():
                server.destroy()
            default_valkey(settings.BASE_DIR).destroy()
            shutil.rmtree(place, ignore_errors=not place.exists())
        except (EmbeddedServerError, OSError) as error:
            raise CommandError(f"{place} cannot be deleted: {error}") from error
        self.stdout.write(f"Deleted {place}.")
        if os.environ.get("DATABASE_URL"):
            self.stdout.write("The server of DATABASE_URL was not touched: drop its database yourself.")
