"""One request to one instance over a pooled link, as coroutines: open, send, read the head, read the body.

It is the bridge from the link's callbacks; nothing is retried here. Bytes that nobody takes yet are bounded: the link
stops reading.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator

from seamline.gateway.upstream.link import Fields, Link
from seamline.gateway.upstream.pool import Pool

MOST_HELD = 256 * 1024


class UpstreamBroken(Exception):
    """There will be no whole answer; ``began`` says whether some of it has come."""

    def __init__(self, reason: str, *, began: bool, stale: bool = False) -> None:
        super().__init__(reason)
        self.began = began
        self.stale = stale
        """A kept connection ended before anything came: most likely it was ended before the request."""


class UpstreamRefused(Exception):
    """No connection could be had; nothing was sent."""

    def __init__(self, *, slow: bool) -> None:
        super().__init__("took no connection in time" if slow else "refuses connections")
        self.slow = slow


class Exchange:
    """One request and its answer. For one task at a time."""

    def __init__(self, pool: Pool, *, bodiless: bool) -> None:
        self.bodiless = bodiless
        self.gone = False
        self.status = 0
        self.fields: Fields = []
        self._pool = pool
        self._link: Link | None = None
        self._linked: asyncio.Future[Link] | None = None
        self._chunks: deque[bytes] = deque()
        self._held = 0
        self._done = False
        self._reason = ""
        self._began = False
        self._stale = False
        self._something = asyncio.Event()
        self._beginning: asyncio.Event | None = None
        self._writable = asyncio.Event()
        self._writable.set()

    @property
    def began(self) -> bool:
        """Whether the answer has begun, or will not come: nothing more need be sent."""
        return self._began or self._done

    async def beginning(self) -> None:
        """Wait until ``began``."""
        if not self.began:
            self._beginning = asyncio.Event()
            await self._beginning.wait()

    async def open(self, deadline: float) -> None:
        """Get a connection.

        :raises UpstreamRefused: there is none.
        :raises PoolFull: too many wait for one.
        """
        link = await self._leased(deadline)
        while link.transport.is_closing():  # it ended between being handed over and now
            link = await self._leased(deadline)
        self._link = link
        self._stale = link.used
        link.begin(self)

    async def _leased(self, deadline: float) -> Link:
        link = self._pool.lease(self)
        if link is not None:
            return link
        self._linked = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(max(0.0, deadline - time.monotonic())):
                return await self._linked
        except BaseException as error:
            self.gone = True
            if self._linked.done() and not self._linked.cancelled() and self._linked.exception() is None:
                self._pool.returned(self._linked.result())  # it came in the very moment in which this gave up
            if isinstance(error, TimeoutError):
                raise UpstreamRefused(slow=True) from error
            raise

    def send(self, data: bytes) -> None:
        """Send a part of the request."""
        if self._link is not None:
            self._link.transport.write(data)

    async def flowing(self, deadline: float) -> None:
        """Wait until more can be sent.

        :raises TimeoutError: the instance takes nothing.
        """
        if not self._writable.is_set():
            async with asyncio.timeout(max(0.0, deadline - time.monotonic())):
                await self._writable.wait()

    def sent(self) -> None:
        """The request is whole."""
        if self._link is not None:
            self._link.sent_whole = True

    async def head(self, deadline: float) -> None:
        """Wait for the answer's head; ``status`` and ``fields`` have it then.

        :raises TimeoutError: it did not come in time.
        :raises UpstreamBroken: it will not come.
        """
        while not self._began:
            if self._done:
                raise UpstreamBroken(self._reason, began=False, stale=self._stale)
            await self._wait(deadline)

    async def chunks(self, silence: float) -> AsyncIterator[bytes]:
        """The answer's body as it comes.

        :param silence: seconds without a byte that end it.
        :raises TimeoutError: nothing came for so long.
        :raises UpstreamBroken: it breaks off.
        """
        while True:
            while self._chunks:
                data = self._chunks.popleft()
                self._held -= len(data)
                if self._link is not None and self._held < MOST_HELD:
                    self._link.transport.resume_reading()
                yield data
            if self._done:
                if self._reason:
                    raise UpstreamBroken(self._reason, began=True)
                return
            await self._wait(time.monotonic() + silence)

    def abort(self) -> None:
        """End it: the connection is of no use to others any more."""
        self.gone = True
        link, self._link = self._link, None
        if link is not None and not self._done:
            link.close()

    async def _wait(self, deadline: float) -> None:
        self._something.clear()
        async with asyncio.timeout(max(0.0, deadline - time.monotonic())):
            await self._something.wait()

    # What the pool and the link call.

    def linked(self, link: Link) -> None:
        """As ``Waiting.linked``."""
        if self._linked is not None and not self._linked.done():
            self._linked.set_result(link)

    def unlinked(self, *, slow: bool) -> None:
        """As ``Waiting.unlinked``."""
        if self._linked is not None and not self._linked.done():
            self._linked.set_exception(UpstreamRefused(slow=slow))

    def answered(self, status: int, fields: Fields, *, until_end: bool) -> None:
        """As ``Carried.answered``."""
        self.status, self.fields, self._began = status, fields, True
        self._over_to_answer()

    def received(self, data: bytes) -> None:
        """As ``Carried.received``."""
        self._chunks.append(data)
        self._held += len(data)
        if self._held >= MOST_HELD and self._link is not None:
            self._link.transport.pause_reading()
        self._something.set()

    def completed(self) -> None:
        """As ``Carried.completed``."""
        self._done, self._link = True, None
        self._over_to_answer()

    def broken(self, reason: str) -> None:
        """As ``Carried.broken``."""
        self._done, self._reason, self._link = True, reason, None
        self._over_to_answer()

    def _over_to_answer(self) -> None:
        self._something.set()
        self._writable.set()  # whoever waits to send on need not
        if self._beginning is not None:
            self._beginning.set()

    def full(self) -> None:
        """As ``Carried.full``."""
        self._writable.clear()

    def drained(self) -> None:
        """As ``Carried.drained``."""
        self._writable.set()
