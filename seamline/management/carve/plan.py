"""``manage.py carve plan``: what stands in the way of a carve, with file and line or a measured figure."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from seamline.carve.carving import Carving
from seamline.carve.move.servers import Move, Server
from seamline.carve.readiness.code import code_reasons
from seamline.carve.readiness.database import database_reasons
from seamline.carve.readiness.findings import Level, Readiness, Reason
from seamline.carve.readiness.neighbours import call_reasons, event_reasons, recorded_reasons, setting_reasons
from seamline.carve.readiness.servers import server_reasons, silent, target_connection_reasons
from seamline.data.databases import WrongDatabaseUrl, parse_url
from seamline.management.carve.common import add_module, carving_of
from seamline.management.events.output import Output

NAME = "plan"
HELP = (
    "How ready a module is: calls in loops, chatty pairs and what a hop would cost them, tables that cannot be "
    "replicated, what the target lacks, sizes and the time of the copy, subscriptions, connections, settings. The "
    "score is 100, less 40 for each blocker and 8 for each warning. Changes nothing."
)
EPILOG = """\
examples:
  manage.py carve plan orders
  manage.py carve plan orders --database-url postgresql://admin:...@db2/shop      also look at the target
  manage.py carve plan orders --format json

exit status: 0 it may begin; 1 something stands in the way; 2 wrong usage.
"""


def add_arguments(parser: CommandParser) -> None:
    """Which, and where to."""
    add_module(parser)
    parser.add_argument("--database-url", default="", help="administrator's URL of the target, to look at it as well")
    parser.add_argument(
        "--hub", default="http://127.0.0.1:8000", help="where the monolith answers, for what it counted"
    )
    parser.add_argument("--service", choices=("here", "elsewhere", "none"), default="here", help="as for 'carve start'")


def run(options: dict[str, Any], output: Output) -> bool:
    """Print it."""
    module = options["module"]
    try:
        carving = carving_of(options, output)
        if options["database_url"]:
            parse_url(options["database_url"])
    except LookupError as error:
        raise CommandError(str(error), returncode=2) from error
    except WrongDatabaseUrl as error:
        raise CommandError(str(error).replace("DATABASE_URL", "--database-url"), returncode=2) from error
    reasons = [*code_reasons(), *call_reasons(module), *event_reasons(module)]
    reasons += setting_reasons(module, service=options["service"] != "none")
    reasons += recorded_reasons(module, hub=options["hub"].rstrip("/"))
    reasons += _databases(carving, options["database_url"])
    found = Readiness(module=module, reasons=tuple(reasons))
    output.json({"module": module, "ready": found.ready, "score": found.score, "reasons": found.reasons})
    for level, title in (
        (Level.BLOCKER, "Must be put right first"),
        (Level.WARNING, "Will be felt"),
        (Level.NOTE, "Good to know"),
    ):
        chosen = [reason for reason in found.reasons if reason.level is level]
        if chosen:
            output.line(f"{title}:")
        for reason in chosen:
            output.line(f"  {reason.id}  {reason.text}")
            output.line(f"        {reason.evidence}" + (f". {reason.advice}" if reason.advice else ""))
    verdict = f"ready; next: manage.py carve start {module}" if found.ready else "not ready"
    output.line(f"{module}: {found.score} of 100, {verdict}")
    return not found.ready


def _databases(carving: Carving, database_url: str) -> list[Reason]:
    source_url, secret = carving.source_url, carving.secret
    source = Server(url=source_url)
    target = Server(url=database_url) if database_url else source
    planned = Move(module=carving.module, source=source, target=target, secret=secret)
    found: list[Reason] = []
    with ExitStack() as stack:

        def connected(server: Server) -> psycopg.Connection[Any] | None:
            try:
                return stack.enter_context(server.connect(module=carving.module))
            except psycopg.OperationalError as error:
                found.append(silent(str(server.place), error))
                return None

        connection = connected(source)
        other = connected(target) if database_url else None
        if connection is not None:
            found += database_reasons(planned, connection, other)
            found += server_reasons(planned, connection, other)
        if other is not None:
            pool = settings.DATABASES[carving.module]["OPTIONS"].get("pool", {}).get("max_size", 1)
            found += target_connection_reasons(other, str(target.place), pool=pool)
    return found
