"""What a board offers, wherever it is: processes tell how they stand and read what others tell and operators order."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from typing import Protocol

from seamline.control.values import Happened, Report, Seen

HEARTBEAT = 2.0
"""Seconds after which a process tells how it stands though nothing has changed."""
TTL = 6.0
"""Seconds after its last report at which a process is no voter any more."""
MOST_TOLD = 200
"""Transitions in one exchange; more go with the next."""


class BoardAway(Exception):
    """The board cannot be reached now; the text says which and why."""


class Board(Protocol):
    """Used by one thread. Any method but ``wait`` and ``close`` may raise ``BoardAway``."""

    def exchange(self, *, report: Report | None, happened: Sequence[Happened]) -> Seen:
        """Tell what is new, if anything, and read all.

        :param happened: ``MOST_TOLD`` at most.
        """

    def leave(self, process: str) -> None:
        """The process ends."""

    def wait(self, waker: socket.socket, *, seconds: float) -> None:
        """Return when there is something new on the board or to read from the waker, or after so many seconds."""

    def close(self) -> None:
        """End connections; the next method opens them again."""
