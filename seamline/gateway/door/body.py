"""A request's body as it comes from the client: bounded in size and slowness, its beginning kept for a second try."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from seamline.gateway.options import ClientLimits
from seamline.gateway.problems import Problem

Receive = Callable[[], Awaitable[dict[str, Any]]]


class ClientGone(Exception):
    """The client has closed the connection: nobody waits for an answer."""


class Body:
    """One body, read once. What was read stays, up to ``keep`` bytes, so that it can be sent again.

    :param most: bytes at most.
    :param keep: bytes that are kept; of what ``begin`` waits for, also the rest of the last piece.
    """

    def __init__(self, receive: Receive, *, most: int, keep: int, limits: ClientLimits) -> None:
        self._receive = receive
        self._most, self._keep = most, keep
        self._seconds, self._rate = limits.body_seconds, limits.least_rate
        self._started = time.monotonic()
        self.kept: list[bytes] = []
        self.waited = 0.0
        """Seconds that the client took; no module is to blame for them."""
        self.size = 0
        """Bytes that were read so far."""
        self.whole = False
        self.replayable = True
        """Whether everything that was read so far is kept."""
        self._beginning = False

    async def begin(self) -> None:
        """Wait until it is whole, or as much of it has come as is kept.

        :raises Problem: as ``next``.
        :raises ClientGone: as ``next``.
        """
        self._beginning = True
        while not self.whole and self.size < self._keep:
            await self.next()
        self._beginning = False

    async def next(self) -> bytes:
        """The next part; empty when it is whole.

        :raises Problem: 413 too large, 408 too slow.
        :raises ClientGone: it will not come.
        """
        while not self.whole:
            before = time.monotonic()
            left = self._started + self._seconds + self.size / self._rate - before
            try:
                async with asyncio.timeout(max(0.0, left)):
                    message = await self._receive()
            except TimeoutError as error:
                raise Problem(408, "slow_body", "The body comes too slowly.", close=True) from error
            self.waited += time.monotonic() - before
            if message["type"] == "http.disconnect":
                raise ClientGone
            data: bytes = message.get("body", b"")
            self.whole = not message.get("more_body", False)
            self.size += len(data)
            if self.size > self._most:
                raise too_large(self._most)
            if not data:
                continue
            if self.replayable and (self._beginning or self.size <= self._keep):
                self.kept.append(data)
            else:
                self.kept.clear()
                self.replayable = False
            return data
        return b""

    async def all(self) -> bytes:
        """The whole body."""
        parts = []
        while data := await self.next():
            parts.append(data)
        return b"".join(parts)


def too_large(most: int) -> Problem:
    """413."""
    return Problem(413, "body_too_large", f"Bodies have up to {most} bytes here.", close=True)
