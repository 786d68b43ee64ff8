"""``manage.py events asyncapi``: print the AsyncAPI document of all events."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from seamline.management.events.output import Output
from seamline.schemas.asyncapi import as_json, as_yaml, asyncapi_document

NAME = "asyncapi"
HELP = "print the AsyncAPI 3.0 document of all events, as it is served at /api/events/schema/"
EPILOG = """\
examples:
  manage.py events asyncapi                            as YAML
  manage.py events asyncapi --format json              as JSON
  manage.py events asyncapi --output events.yaml       into a file; its ending chooses the format
"""


def add_arguments(parser: CommandParser) -> None:
    """Where to."""
    parser.add_argument("--output", type=Path, metavar="FILE", help="write it there; .json or .yaml")


def run(options: dict[str, Any], output: Output) -> bool:
    """Print or write it; never a finding."""
    document, target = asyncapi_document(), options["output"]
    if target is not None:
        if not target.parent.is_dir():
            raise ValueError(f"{target} cannot be written: there is no directory {target.parent}. Make it first.")
        target.write_text(as_json(document) if target.suffix == ".json" else as_yaml(document))
        output.json({"written": str(target)})
        output.line(f"wrote {target}")
        return False
    output.json(document)
    output.line(as_yaml(document).rstrip())
    return False
