"""The thread of each process that tells a board how its breakers stand and brings orders and verdicts into force.

Calls never wait for it. While the board is away everything stays as it was last known; what happens meanwhile is told
when it is back. This file may not know where the board is.
"""

from __future__ import annotations

import logging
import socket
import threading
import time
from contextlib import suppress

from seamline.control.applying import Applied
from seamline.control.board import HEARTBEAT, TTL, Board, BoardAway
from seamline.control.sharing import verdicts
from seamline.control.telling import Teller
from seamline.control.values import Report, Standing
from seamline.resilience import breakers

logger = logging.getLogger(__name__)
EVERY = 1.0
"""Seconds between two looks at the board where nothing pushes."""
SHORTEST = 0.05
"""Seconds between two looks at most often, however much happens."""
LONGEST_REST = 2.0


class Exchange:
    """Between this process and the board, from ``start`` to ``stop``.

    :param votes: how many processes must find a callee sick to open everywhere; 0 for the majority.
    """

    def __init__(
        self, board: Board, *, process: str, host: str, deployable: str, applied: Applied, votes: int = 0
    ) -> None:
        self.process = process
        self._board, self._applied, self._votes = board, applied, votes
        self._host, self._deployable = host, deployable
        self._woken, self._waker = socket.socketpair()
        self._woken.setblocking(False)
        self._waker.setblocking(False)
        self._teller = Teller(process=process, wake=self._wake)
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._told: tuple[tuple[str, str, bool], ...] | None = None
        self._told_at = 0.0
        self._away_since: float | None = None

    @property
    def away_seconds(self) -> float:
        """For how long the board has been away; 0 while it is there."""
        return 0.0 if self._away_since is None else time.monotonic() - self._away_since

    def start(self) -> None:
        """Listen to this process's breakers and begin to exchange."""
        breakers.on_transition(self._teller.heard)
        breakers.on_made(self._applied.made)
        self._thread = threading.Thread(target=self._run, name="seamline control", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Tell the board that this process ends."""
        self._stopping.set()
        self._wake()
        if self._thread is not None:
            self._thread.join(timeout=LONGEST_REST)

    def _wake(self) -> None:
        with suppress(OSError):  # it is full: the thread is woken already
            self._waker.send(b"w")

    def _run(self) -> None:
        rest = SHORTEST
        while not self._stopping.is_set():
            pause = SHORTEST
            try:
                if not self._once():
                    self._board.wait(self._woken, seconds=EVERY)
                rest = SHORTEST
            except BoardAway as error:
                self._away(error)
                pause = rest = min(rest * 2, LONGEST_REST)
            except Exception:
                logger.exception("The exchange with the board failed")
                pause = LONGEST_REST
            self._stopping.wait(pause)
            with suppress(BlockingIOError):
                while self._woken.recv(1024):
                    pass
        with suppress(BoardAway):
            self._board.leave(self.process)
        self._board.close()

    def _once(self) -> bool:
        """One exchange; whether there is more to tell already."""
        standings = self._teller.standings(breakers.all_breakers())
        state = tuple((each.name, each.state.value, each.sick or bool(each.calls)) for each in standings)
        due = state != self._told or time.monotonic() - self._told_at >= HEARTBEAT
        happened = self._teller.waiting()
        seen = self._board.exchange(report=self._report(standings) if due else None, happened=happened)
        if due:
            self._told, self._told_at = state, time.monotonic()
        self._teller.told(happened)
        if self._away_since is not None:
            away = time.monotonic() - self._away_since
            logger.warning("The board of operators' control is back after %.1f s", away)
            self._away_since = None
            if away > TTL:
                self._told = None
        self._applied.apply(seen.orders, verdicts(seen.reports, wanted=self._votes))
        return bool(self._teller.waiting())

    def _report(self, standings: tuple[Standing, ...]) -> Report:
        return Report(process=self.process, host=self._host, deployable=self._deployable, breakers=standings)

    def _away(self, error: BoardAway) -> None:
        if self._away_since is None:
            self._away_since = time.monotonic()
            logger.warning("The board of operators' control is away; what was last ordered stays in force: %s", error)
