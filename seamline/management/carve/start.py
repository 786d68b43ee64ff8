"""``manage.py carve start``: copy the data and keep them equal, start the service; nobody notices."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from seamline.management.carve.common import Bar, add_module, carving_of
from seamline.management.events.output import Output

NAME = "start"
HELP = (
    "Prepare the target: roles, an equal schema, a copy of all rows that is kept equal by replication, and the way "
    "back. The module goes on where it is. Run again after a crash, it goes on where it was."
)
EPILOG = """\
examples:
  manage.py carve start orders                                    an embedded server of its own, and its service here
  manage.py carve start orders --database-url postgresql://admin:...@db2/shop --service elsewhere
                                                                  an existing server; the service is started by others
  manage.py carve start orders --service none                     only the data

exit status: 0 ready for 'carve cutover'; 1 refused; 2 wrong usage.
"""


def add_arguments(parser: CommandParser) -> None:
    """Where to."""
    add_module(parser)
    parser.add_argument("--database-url", default="", help="administrator's URL of the target; default: embedded")
    parser.add_argument(
        "--service",
        choices=("here", "elsewhere", "none"),
        default="here",
        help="who runs the service: carve on this machine, somebody else, or nobody: only data move "
        "(default: %(default)s)",
    )
    parser.add_argument("--hub", default="http://127.0.0.1:8000", help="where the monolith answers")
    parser.add_argument("--dry-run", action="store_true", help="only say from where to where it would copy")


def run(options: dict[str, Any], output: Output) -> bool:
    """Do it."""
    carving = carving_of(options, output)
    if options["dry_run"]:
        source, target = carving.planned(options["database_url"])
        output.json({"module": options["module"], "state": "planned", "source": source, "target": target})
        output.line(f"Would copy {options['module']} from {source} to {target}.")
        return False
    copied = carving.start(
        database_url=options["database_url"],
        service=options["service"],
        hub=options["hub"],
        progress=Bar(output),
    )
    output.json({"module": options["module"], "state": "ready", "copied": copied})
    output.line(f"{copied.rows:,} rows in {copied.tables} tables are at the target and follow the source.")
    output.line(f"Next: manage.py carve verify {options['module']}, then manage.py carve cutover {options['module']}.")
    return False
