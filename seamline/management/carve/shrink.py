"""``manage.py carve shrink``: the monolith without the code of a module that was extracted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from seamline.carve.extraction import shrinking
from seamline.management.carve.common import add_consent, add_module
from seamline.management.events.output import Output

NAME = "shrink"
HELP = (
    "Remove a module's code from this repository, now that it lives in one of its own. Its contract stays, because "
    "callers do; tests over the whole run with the module's process started from its own repository."
)
EPILOG = """\
examples:
  manage.py carve shrink orders --repository ../orders-service --dry-run
  manage.py carve shrink orders --repository ../orders-service
  make test

Only files change; commit them yourself. A running system is moved by carve start and cutover.
See docs/carving/extract.md.

exit status: 0 done; 1 refused, nothing was changed; 2 wrong usage.
"""


def add_arguments(parser: CommandParser) -> None:
    """Which, and where it lives."""
    add_module(parser)
    parser.add_argument(
        "--repository", type=Path, required=True, metavar="DIR", help="the folder that 'carve extract' wrote"
    )
    add_consent(parser)


def run(options: dict[str, Any], output: Output) -> bool:
    """Do it."""
    root = Path(settings.BASE_DIR)
    planned = shrinking.plan(options["module"], root=root, repository=Path(options["repository"]))
    answer = {"module": planned.module, "removes": str(planned.removed), "repository": planned.repository}
    if options["dry_run"]:
        output.json({**answer, "done": False})
        output.line(f"Would remove {planned.removed} and name {planned.repository} in pyproject.toml.")
        return False
    if not output.confirm(f"Remove {planned.removed} from this repository?", no_input=options["no_input"]):
        return True
    shrinking.shrink(planned, root=root)
    output.json({**answer, "done": True})
    output.line(f"{planned.removed} is gone; pyproject.toml names {planned.repository}. Next:")
    output.line("  make test")
    return False
