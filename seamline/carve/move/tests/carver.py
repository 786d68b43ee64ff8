"""A carver in a process of its own that kills itself, a server or a line at the n-th statement: the walk is generated.

Run as ``python carver.py``; what it does comes as JSON in its only argument. It prints a line when it has struck, and
how many statements it made in each phase.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from seamline.carve.move import cutover
from seamline.carve.move.servers import Move, Server


def main(told: dict[str, Any]) -> None:
    """Prepare, cut over, then back or finalise where the blow is to fall there; unless killed."""
    made: dict[str, int] = {}
    phase = "prepare"
    execute = psycopg.Connection.execute

    def counted(self: Any, *arguments: Any, **options: Any) -> Any:
        # What waits is asked again and again: one turn of it stands for all.
        if "SELECT FROM" in repr(arguments[0]) and "marker" in repr(arguments[0]):
            return execute(self, *arguments, **options)
        made[phase] = made.get(phase, 0) + 1
        strikes = phase == told["during"] and made[phase] == told["at"]
        if strikes and not told["after"]:
            strike()
        found = execute(self, *arguments, **options)
        if strikes and told["after"]:
            strike()
        return found

    def strike() -> None:
        print("struck", flush=True)
        os.kill(told["victim"] or os.getpid(), told.get("signal", signal.SIGKILL))

    psycopg.Connection.execute = counted  # type: ignore[method-assign]
    _go_through(told.get("carver_lines", {}), told.get("server_lines", {}))
    move = Move(
        module="moved", source=Server(url=told["source"]), target=Server(url=told["target"]), secret=told["secret"]
    )
    cutover.prepare(move)
    phase = "cut_over"
    cutover.cut_over(move, attempts=3)
    if told["during"] == "back":
        phase = "back"
        cutover.cut_over(move.reversed(), attempts=3)
    if told["during"] == "finalise":
        phase = "finalise"
        cutover.finalise(move)
    print(json.dumps(made))


def _go_through(carver_lines: dict[str, int], server_lines: dict[str, int]) -> None:
    """Lead connections through lines, by the port that they lead to: this process's, and those between the servers."""
    connect, conninfo = Server.connect, Move.source_conninfo

    def connected(self: Server, **options: Any) -> psycopg.Connection[Any]:
        port = carver_lines.get(str(self.place.port))
        return connect(Server(url=make_conninfo(self.url, port=port)) if port else self, **options)

    def told_to_subscribe(self: Move) -> str:
        return make_conninfo(conninfo(self), port=server_lines.get(str(self.source.place.port), self.source.place.port))

    Server.connect = connected  # type: ignore[method-assign]
    Move.source_conninfo = told_to_subscribe  # type: ignore[method-assign]


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
