#!/usr/bin/env python
"""Django's command line for this project; commands that need the embedded database find it running."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent


def main() -> int:
    """Run one command; what goes wrong around it is one line on standard error."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    try:
        from django.core.management import execute_from_command_line

        from seamline.data.databases import WrongDatabaseUrl
        from seamline.embedded import EmbeddedServerError
        from seamline.embedded.external import WrongAddress
        from seamline.embedded.startup import database_for_command
    except ModuleNotFoundError as error:
        return _fail(f"{error.name} is not installed for {sys.executable}: use 'make run' or .venv/bin/python.")
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with database_for_command(sys.argv, root=ROOT):
            execute_from_command_line(sys.argv)
    except (WrongAddress, WrongDatabaseUrl) as error:
        return _fail(str(error), code=2)
    except EmbeddedServerError as error:
        return _fail(str(error))
    except KeyboardInterrupt:
        return 130
    return 0


def _interrupt(number: int, frame: FrameType | None) -> None:
    """SIGTERM ends a command as Ctrl-C does, so that what it started is stopped."""
    raise KeyboardInterrupt


def _fail(text: str, *, code: int = 1) -> int:
    print(f"error: {text}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
