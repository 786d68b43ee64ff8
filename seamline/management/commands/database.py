"""``manage.py database status|start|stop``: the embedded PostgreSQL by itself. Thin."""

from __future__ import annotations

import json
import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from seamline.embedded import EmbeddedServerError, ServerState, ServerStatus, default_server


class Command(BaseCommand):
    """Exit 0 when the server is as asked for; ``status`` of a server that does not run is a finding, exit 1."""

    help = (
        "The embedded PostgreSQL below .seamline/postgres by itself. 'start' makes it if need be and leaves it running "
        "in the background, 'stop' stops it, 'status' tells (exit 1 when it does not run)."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["status", "start", "stop"])
        parser.add_argument("--format", choices=["text", "json"], default="text", help="(default: %(default)s)")

    def handle(self, *args: Any, **options: Any) -> None:
        server = default_server(settings.BASE_DIR, name=settings.SEAMLINE_POSTGRES)
        try:
            if options["action"] == "start":
                server.ensure_running()
            elif options["action"] == "stop":
                server.stop()
            status = server.status()
        except EmbeddedServerError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(_as_json(status) if options["format"] == "json" else _as_text(status))
        if options["action"] == "status" and status.state is not ServerState.RUNNING:
            raise SystemExit(1)


def _as_json(status: ServerStatus) -> str:
    return json.dumps(
        {
            "state": status.state,
            "directory": str(status.directory),
            "port": status.port,
            "pid": status.pid,
            "used": not os.environ.get("DATABASE_URL"),
        }
    )


def _as_text(status: ServerStatus) -> str:
    text = f"{status.state}  {status.directory}"
    if status.state is ServerState.RUNNING:
        text += f"  127.0.0.1:{status.port}  process {status.pid}"
    if os.environ.get("DATABASE_URL"):
        text += "\nDATABASE_URL is set, so commands use that server instead."
    return text
