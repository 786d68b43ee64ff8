"""What a connection and its requests know of each other: a client that leaves ends what it has asked for."""

from __future__ import annotations

import asyncio
from typing import Any

_NAME = "seamline.lifeline"


class Lifeline:
    """One client's connection, as its requests see it. For one event loop."""

    __slots__ = ("_requests", "gone")

    def __init__(self) -> None:
        self._requests: set[asyncio.Task[Any]] = set()
        self.gone = False
        """The client has left."""

    def handed_to(self, scope: Any) -> None:
        """Let the request of this scope find it."""
        scope["extensions"] = {_NAME: self}

    def enter(self) -> asyncio.Task[Any] | None:
        """The task that runs now is ended when the client leaves."""
        task = asyncio.current_task()
        if task is not None:
            self._requests.add(task)
        return task

    def leave(self, task: asyncio.Task[Any] | None) -> None:
        """It is over."""
        if task is not None:
            self._requests.discard(task)

    def cut(self) -> None:
        """The client has left: whatever it asked for is of no use to anybody."""
        self.gone = True
        for task in tuple(self._requests):
            task.cancel()


def lifeline_of(scope: Any) -> Lifeline:
    """The connection of a request."""
    found: Lifeline | None = (scope.get("extensions") or {}).get(_NAME)
    return found or Lifeline()
