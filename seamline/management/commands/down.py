"""``manage.py down``: stop the embedded PostgreSQL servers and the embedded Valkey. Thin."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from seamline.embedded import EmbeddedServerError, all_servers
from seamline.embedded.valkey import default_valkey


class Command(BaseCommand):
    """Stops nothing but the embedded servers: a web server that runs is stopped with Ctrl-C where it runs."""

    help = (
        "Stop the embedded PostgreSQL of this project, those of modules that were split off, and its Valkey if "
        "EVENT_BUS=celery has started one. Their data "
        "stays; the next command that needs them starts them again."
    )
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            stopped = [name for name, server in all_servers(settings.BASE_DIR).items() if server.stop()]
            broker = default_valkey(settings.BASE_DIR).stop()
        except EmbeddedServerError as error:
            raise CommandError(str(error)) from error
        if broker:
            self.stdout.write("Stopped the embedded Valkey.")
        for name in stopped:
            self.stdout.write(f"Stopped the embedded PostgreSQL{f' of {name}' if name else ''}.")
        if not stopped:
            self.stdout.write("The embedded PostgreSQL does not run.")
