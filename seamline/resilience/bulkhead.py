"""A bulkhead: so many calls of one callee at once, so many more in a queue, everybody else is turned away.

Entering and leaving a bulkhead with room is two atomic steps; a queue is served in order, and nobody waits past their
deadline. This file may not know what is called.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from dataclasses import dataclass


class BulkheadFull(Exception):
    """There was no room, or none in time; the text says which bulkhead and how full it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkheadSnapshot:
    """What can be seen of a bulkhead at one moment."""

    name: str
    concurrent: int
    inside: int
    waiting: int
    refused: int


class _Ticket:
    """One who waits, and whether a place was given to them."""

    __slots__ = ("_loop", "_wake", "given")

    def __init__(self, loop: asyncio.AbstractEventLoop | None) -> None:
        self._loop = loop
        self._wake: threading.Event | asyncio.Event = threading.Event() if loop is None else asyncio.Event()
        self.given = False

    def give(self) -> bool:
        """Wake who waits; False where their event loop was closed meanwhile, so that they can take nothing."""
        if self._loop is None:
            self._wake.set()
        else:
            try:
                self._loop.call_soon_threadsafe(self._wake.set)
            except RuntimeError:
                return False
        self.given = True
        return True

    def wait(self, seconds: float) -> None:
        assert isinstance(self._wake, threading.Event)
        self._wake.wait(seconds)

    async def wait_async(self, seconds: float) -> None:
        assert isinstance(self._wake, asyncio.Event)
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return


class Bulkhead:
    """So many places. Safe for threads and event loops together.

    :param concurrent: places.
    :param queue: who may wait for one.
    """

    def __init__(self, *, name: str, concurrent: int, queue: int) -> None:
        self.name = name
        self._concurrent, self._queue = concurrent, queue
        # A place is an element: taking and giving one back are atomic.
        self._places: deque[None] = deque([None] * concurrent)
        self._owed = 0
        self._waiting: deque[_Ticket] = deque()
        self._lock = threading.Lock()
        self._refused = 0

    def enter(self, deadline: float) -> None:
        """Take a place, waiting for one in the queue if need be.

        :param deadline: a reading of ``time.monotonic()``.
        :raises BulkheadFull: there is none; nothing has to be left.
        """
        if not self._waiting:  # nobody is overtaken
            try:
                self._places.pop()
                return
            except IndexError:
                pass
        ticket = self._queue_up(None)
        if ticket is None:
            return
        try:
            ticket.wait(max(0.0, min(deadline - time.monotonic(), threading.TIMEOUT_MAX)))
        except BaseException:  # raised by a signal's handler, as Celery's soft time limit is
            self._give_up(ticket)
            raise
        self._settle(ticket)

    async def enter_async(self, deadline: float) -> None:
        """As ``enter``, for coroutines."""
        if not self._waiting:
            try:
                self._places.pop()
                return
            except IndexError:
                pass
        ticket = self._queue_up(asyncio.get_running_loop())
        if ticket is None:
            return
        try:
            await ticket.wait_async(max(0.0, deadline - time.monotonic()))
        except BaseException:
            self._give_up(ticket)
            raise
        self._settle(ticket)

    def leave(self) -> None:
        """Give the place back."""
        self._places.append(None)
        if self._waiting or self._owed:
            self._serve()

    def resize(self, concurrent: int) -> None:
        """Have so many places from now on; too many calls that are under way end first.

        :raises ValueError: there would be none.
        """
        if concurrent < 1:
            raise ValueError(f"Bulkhead {self.name!r} cannot have {concurrent} places: give 1 or more.")
        with self._lock:
            more, self._concurrent = concurrent - self._concurrent, concurrent
            if more > 0:
                forgiven = min(more, self._owed)
                self._owed -= forgiven
                self._places.extend([None] * (more - forgiven))
            else:
                self._owed -= more
        self._serve()

    @property
    def inside(self) -> int:
        """Calls under way; read without a lock, so a call that just enters may be missed."""
        return max(0, self._concurrent + self._owed - len(self._places))

    def snapshot(self) -> BulkheadSnapshot:
        """What can be seen of it now."""
        with self._lock:
            return BulkheadSnapshot(
                name=self.name,
                concurrent=self._concurrent,
                inside=self.inside,
                waiting=len(self._waiting),
                refused=self._refused,
            )

    def _queue_up(self, loop: asyncio.AbstractEventLoop | None) -> _Ticket | None:
        """A ticket to wait with; None where a place came free meanwhile.

        :raises BulkheadFull: the queue is full too.
        """
        with self._lock:
            if not self._waiting and self._places:
                try:
                    self._places.pop()
                    return None
                except IndexError:
                    pass
            if len(self._waiting) >= self._queue:
                self._refused += 1
                raise BulkheadFull(
                    f"{self._concurrent} calls of {self.name!r} are under way and {len(self._waiting)} wait"
                )
            ticket = _Ticket(loop)
            self._waiting.append(ticket)
        self._serve()  # a place may have come back between the two looks
        return ticket

    def _serve(self) -> None:
        with self._lock:
            while self._owed and self._take():
                self._owed -= 1
            while self._waiting and self._take():
                while self._waiting:
                    if self._waiting.popleft().give():
                        break
                else:
                    self._places.append(None)

    def _take(self) -> bool:
        """Take a place, unless somebody who did not have to wait was quicker."""
        try:
            self._places.pop()
        except IndexError:
            return False
        return True

    def _settle(self, ticket: _Ticket) -> None:
        """After the wait: inside, be it that the place came at the very moment the wait ended, or turned away."""
        with self._lock:
            if ticket.given:
                return
            self._forget(ticket)
            self._refused += 1
        raise BulkheadFull(f"no place came free in time among the {self._concurrent} calls of {self.name!r}")

    def _give_up(self, ticket: _Ticket) -> None:
        """Who waited is gone: out of the queue, or their place goes to the next."""
        with self._lock:
            if not ticket.given:
                self._forget(ticket)
                return
        self.leave()

    def _forget(self, ticket: _Ticket) -> None:
        try:
            self._waiting.remove(ticket)
        except ValueError:
            return  # it was passed over, as its event loop was closed
