"""``manage.py down``: stop the embedded PostgreSQL. Thin."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from seamline.embedded import EmbeddedServerError, default_server


class Command(BaseCommand):
    """Stops nothing but the embedded server: a web server that runs is stopped with Ctrl-C where it runs."""

    help = (
        "Stop the embedded PostgreSQL of this project. Its data stays; the next command that needs it starts it again."
    )
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            stopped = default_server(settings.BASE_DIR).stop()
        except EmbeddedServerError as error:
            raise CommandError(str(error)) from error
        self.stdout.write("Stopped the embedded PostgreSQL." if stopped else "The embedded PostgreSQL does not run.")
