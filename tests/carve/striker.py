"""A management command in a process of its own that kills others at its n-th statement to a server of the move.

Run as ``python striker.py ORDERS WORDS...``; the orders are JSON: ``at``, a number, and ``victims``, process groups. It
writes how many statements it made into the file that the orders name.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg


def main(told: dict[str, Any], words: list[str]) -> None:
    """Carry the command out; strike on the way."""
    made = 0
    execute = psycopg.Connection.execute

    def counted(self: Any, *arguments: Any, **options: Any) -> Any:
        nonlocal made
        made += 1
        Path(told["count"]).write_text(str(made))
        if made == told["at"]:
            for group in told["victims"]:
                with suppress(ProcessLookupError):
                    os.killpg(group, signal.SIGKILL)
        return execute(self, *arguments, **options)

    psycopg.Connection.execute = counted  # type: ignore[method-assign]
    sys.path.insert(0, str(Path.cwd()))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["manage.py", *words])


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), sys.argv[2:])
