"""A carver in a process of its own that kills itself, or a server, at the n-th statement: the walk is generated.

Run as ``python carver.py``; what it does comes as JSON in its only argument. It prints how many statements it made.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any

import psycopg

from seamline.carve.move import cutover
from seamline.carve.move.servers import Move, Server


def main(told: dict[str, Any]) -> None:
    """Prepare, then cut over, unless killed."""
    made = 0
    execute = psycopg.Connection.execute

    def counted(self: Any, *arguments: Any, **options: Any) -> Any:
        nonlocal made
        # What waits is asked again and again: one turn of it stands for all.
        if "SELECT" in str(arguments[0])[:200] and "marker" in str(arguments[0]):
            return execute(self, *arguments, **options)
        made += 1
        if made == told["at"] and not told["after"]:
            os.kill(told["victim"] or os.getpid(), signal.SIGKILL)
        found = execute(self, *arguments, **options)
        if made == told["at"] and told["after"]:
            os.kill(told["victim"] or os.getpid(), signal.SIGKILL)
        return found

    psycopg.Connection.execute = counted  # type: ignore[method-assign]
    move = Move(
        module="moved", source=Server(url=told["source"]), target=Server(url=told["target"]), secret=told["secret"]
    )
    cutover.prepare(move)
    cutover.cut_over(move, attempts=3)
    print(made)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
