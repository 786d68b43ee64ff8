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
    """

    def __init__(self, receive: Receive, *, most: int, keep: int, limits: ClientLimits) -> None:
        self._receive = receive
        self._most, self._keep = most, keep
        self._seconds, self._rate = limits.body_seconds, limits.least_rate
        self._started = time.monotonic()
        self.kept: list[bytes] = []
        self._size = 0
        self.whole = False

    @property
    def replayable(self) -> bool:
        """Whether everything that was read so far is kept."""
        return self._size <= self._keep

    async def next(self) -> bytes:
        """The next part; empty when it is whole.

        :raises Problem: 413 too large, 408 too slow.
        :raises ClientGone: it will not come.
        """
        while not self.whole:
            left = self._started + self._seconds + self._size / self._rate - time.monotonic()
            try:
                async with asyncio.timeout(max(0.0, left)):
                    message = await self._receive()
            except TimeoutError as error:
                raise Problem(408, "slow_body", "The body comes too slowly.", close=True) from error
            if message["type"] == "http.disconnect":
                raise ClientGone
            data: bytes = message.get("body", b"")
            self.whole = not message.get("more_body", False)
            self._size += len(data)
            if self._size > self._most:
                raise too_large(self._most)
            if self._size <= self._keep:
                self.kept.append(data)
            else:
                self.kept.clear()
            if data:
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
