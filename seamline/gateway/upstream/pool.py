"""The connections to one instance: the one used last first, so many at most, a bounded queue for them.

A kept connection that the other side ends leaves the pool at once, since the event loop reads its end. This file may
not know why an instance was chosen.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import Protocol

from seamline.gateway.options import UpstreamLimits
from seamline.gateway.upstream.link import Link


class Waiting(Protocol):
    """Who asked for a connection that was not there yet."""

    gone: bool
    """Nobody waits any more."""

    def linked(self, link: Link) -> None:
        """Here it is."""

    def unlinked(self, *, slow: bool) -> None:
        """There is none: the instance refused it, or (``slow``) did not take it in time."""


class PoolFull(Exception):
    """So many connections are in use and so many wait for one that nobody else may."""


class Pool:
    """Connections to one address. For one event loop."""

    def __init__(self, *, host: str, port: int, limits: UpstreamLimits) -> None:
        self.host, self.port, self.limits = host, port, limits
        self._idle: list[Link] = []
        self._links: set[Link] = set()
        self._opening: set[asyncio.Task[None]] = set()
        self._waiting: deque[Waiting] = deque()
        self._closed = False

    def lease(self, waiting: Waiting) -> Link | None:
        """A kept connection, or None: ``waiting`` is told when there is one, or none can be had.

        :raises PoolFull: neither.
        """
        while self._idle:
            link = self._idle.pop()
            if not link.transport.is_closing():
                return link
        if len(self._links) + len(self._opening) < self.limits.connections:
            self._open(waiting)
        elif len(self._waiting) < self.limits.queue:
            self._waiting.append(waiting)
        else:
            raise PoolFull
        return None

    def returned(self, link: Link) -> None:
        """The connection can carry another request."""
        if self._closed:
            link.close()
        elif (waiting := self._next()) is not None:
            waiting.linked(link)
        else:
            self._idle.append(link)

    def lost(self, link: Link) -> None:
        """The connection has ended."""
        self._links.discard(link)
        if link in self._idle:
            self._idle.remove(link)
        if not self._closed and (waiting := self._next()) is not None:
            self._open(waiting)

    def sweep(self, now: float) -> None:
        """Close what was not used for long; called now and then."""
        oldest = now - self.limits.idle_seconds
        while self._idle and self._idle[0].idle_since < oldest:
            self._idle.pop(0).close()

    def close(self) -> None:
        """Close what is unused, and the rest when it is returned."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()

    @property
    def unused(self) -> bool:
        """Whether there is nothing open, opened or waited for."""
        return not (self._links or self._opening or self._waiting)

    def counts(self) -> dict[str, int]:
        """How many connections are open, unused, and waited for."""
        return {"open": len(self._links), "idle": len(self._idle), "waiting": len(self._waiting)}

    def _next(self) -> Waiting | None:
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.gone:
                return waiting
        return None

    def _open(self, waiting: Waiting) -> None:
        task = asyncio.get_running_loop().create_task(self._connect(waiting))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def _connect(self, waiting: Waiting) -> None:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self.limits.connect_seconds):
                _, link = await loop.create_connection(lambda: Link(self), self.host, self.port)
        except OSError as error:  # TimeoutError is one
            if not waiting.gone:
                waiting.unlinked(slow=isinstance(error, TimeoutError))
            if (following := self._next()) is not None:
                self._open(following)  # it would wait for a connection that nobody opens
            return
        self._links.add(link)
        if not waiting.gone:
            waiting.linked(link)
        else:
            link.idle_since = time.monotonic()
            self.returned(link)
