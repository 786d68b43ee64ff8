"""``manage.py carve extract``: a repository of its own for a module's code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from seamline.carve.extraction import extracting
from seamline.management.carve.common import add_consent, add_module
from seamline.management.events.output import Output

NAME = "extract"
HELP = (
    "Write a stand-alone repository for a module: its code and tests, the contracts it needs, the wiring, the "
    "framework, a lock file, Dockerfile, Compose, Kubernetes, CI, its OpenAPI and AsyncAPI documents. The monolith "
    "does not change: 'manage.py carve shrink' removes the module's code from it afterwards."
)
EPILOG = """\
examples:
  manage.py carve extract orders --output ../orders-service --dry-run    which files it would have
  manage.py carve extract orders --output ../orders-service
  cd ../orders-service && make test

See docs/carving/extract.md.

exit status: 0 done; 1 refused, nothing was written; 2 wrong usage.
"""


def add_arguments(parser: CommandParser) -> None:
    """Which, and where to."""
    add_module(parser)
    parser.add_argument(
        "--output", type=Path, required=True, metavar="DIR", help="a folder that does not exist yet, or is empty"
    )
    parser.add_argument("--name", default="", help="of the new project (default: MODULE-service)")
    add_consent(parser)


def run(options: dict[str, Any], output: Output) -> bool:
    """Do it."""
    root, target = Path(settings.BASE_DIR), Path(options["output"])
    extraction = extracting.plan(options["module"], root=root, name=options["name"])
    paths = [str(path) for path in extraction.paths]
    answer = {"module": extraction.module, "name": extraction.name, "output": str(target), "files": paths}
    if options["dry_run"]:
        output.json({**answer, "written": False})
        for path in paths:
            output.line(path)
        output.line(f"Would write {len(paths)} files to {target}.")
        return False
    extracting.write(extraction, root=root, output=target)
    output.json({**answer, "written": True})
    output.line(f"{extraction.name}: {len(paths)} files in {target}. Next:")
    output.line(f"  cd {target} && git init && make test")
    output.line(f"  manage.py carve shrink {extraction.module} --repository {target}    when it lives there alone")
    return False
