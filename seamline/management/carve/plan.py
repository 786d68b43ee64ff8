"""``manage.py carve plan``: what stands in the way of a carve, with file and line or a measured figure."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from django.core.management.base import CommandParser

from seamline.carve.carving import Carving
from seamline.carve.move.servers import Move, Server
from seamline.carve.readiness.database import database_reasons
from seamline.carve.readiness.findings import Level, Readiness
from seamline.carve.readiness.neighbours import call_reasons, event_reasons, recorded_reasons, setting_reasons
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
    carving = carving_of(options, output)
    reasons = [*call_reasons(module), *event_reasons(module)]
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


def _databases(carving: Carving, database_url: str) -> list[Any]:
    source_url, secret = carving.source_url, carving.secret
    source = Server(url=source_url)
    target = Server(url=database_url) if database_url else source
    planned = Move(module=carving.module, source=source, target=target, secret=secret)
    with ExitStack() as stack:
        connection = stack.enter_context(source.connect(module=carving.module))
        other = stack.enter_context(target.connect(module=carving.module)) if database_url else None
        return list(database_reasons(planned, connection, other))
