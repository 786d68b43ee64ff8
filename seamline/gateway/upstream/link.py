"""One kept connection to an instance: bytes of a request out, a parsed answer in, back-pressure in both directions.

llhttp parses; what it refuses breaks the connection. This file may not know what a request means, nor retry one.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Protocol

import httptools

if TYPE_CHECKING:
    from seamline.gateway.upstream.pool import Pool

Fields = list[tuple[bytes, bytes]]
_BODILESS = (204, 304)


class Carried(Protocol):
    """Who a connection works for. Called in the event loop, in the order of the answer's bytes."""

    bodiless: bool
    """The request is a HEAD: its answer has no body whatever its header says."""

    def answered(self, status: int, fields: Fields, *, until_end: bool) -> None:
        """The answer's header; with ``until_end`` only the end of the connection ends the body."""

    def received(self, data: bytes) -> None:
        """The next part of the answer's body."""

    def completed(self) -> None:
        """The answer is whole; the connection is no longer the request's."""

    def broken(self, reason: str) -> None:
        """There will be no (more of the) answer; the connection is no longer the request's."""

    def full(self) -> None:
        """Send no more for the moment."""

    def drained(self) -> None:
        """Send on."""


class Link(asyncio.Protocol):
    """A connection of a ``Pool``. Whoever has it sets ``work`` and writes to ``transport``."""

    __slots__ = (
        "_bytes",
        "_fields",
        "_keep",
        "_parser",
        "_phase",
        "_status",
        "_until_end",
        "idle_since",
        "pool",
        "sent_whole",
        "transport",
        "used",
        "work",
    )

    IDLE, HEAD, BODY = range(3)

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.transport: asyncio.Transport
        self.work: Carried | None = None
        self.used = False
        """It has carried a request before: the other side may have ended it unseen."""
        self.sent_whole = False
        self.idle_since = 0.0
        self._parser = httptools.HttpResponseParser(self)
        self._phase = self.IDLE
        self._fields: Fields = []
        self._status = self._bytes = 0
        self._keep = self._until_end = False

    def begin(self, work: Carried) -> None:
        """Work for this request from now on."""
        self.work = work
        self.sent_whole = False
        self._phase = self.HEAD

    def close(self) -> None:
        """End the connection at once; whoever it worked for hears nothing more."""
        self.work = None
        self.transport.abort()

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport) or hasattr(transport, "write")
        self.transport = transport  # type: ignore[assignment]

    def connection_lost(self, error: Exception | None) -> None:
        self.pool.lost(self)
        work, self.work = self.work, None
        if work is None:
            return
        if self._phase == self.BODY and self._until_end and error is None:
            work.completed()
        else:
            work.broken("ended the connection")

    def pause_writing(self) -> None:
        if self.work is not None:
            self.work.full()

    def resume_writing(self) -> None:
        if self.work is not None:
            self.work.drained()

    def data_received(self, data: bytes) -> None:
        work = self.work
        if work is None:
            self.transport.abort()  # nothing was asked
            return
        if self._phase == self.HEAD:
            self._bytes += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):  # nobody asks for another protocol here
            self._break("sent what is no sound HTTP")
        if self._phase == self.HEAD and self._bytes > self.pool.limits.head_bytes:
            self._break("sent a header that is too long")

    # What the parser calls.

    def on_message_begin(self) -> None:
        if self.work is None:
            self.transport.abort()  # something follows the answer: it must not become a part of the next one

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._phase == self.HEAD:  # later ones are trailers, which nobody may rely on
            self._fields.append((name, value))

    def on_headers_complete(self) -> None:
        status, fields = self._parser.get_status_code(), self._fields
        self._fields, self._status = [], status
        work = self.work
        if work is None or status < 200:
            return
        self._bytes = 0
        self._phase = self.BODY
        self._keep = self._parser.should_keep_alive()
        bodiless = work.bodiless or status in _BODILESS
        self._until_end = not self._keep and not bodiless and _unbounded(fields)
        work.answered(status, fields, until_end=self._until_end)
        if work.bodiless and self.work is work:
            self._parser = httptools.HttpResponseParser(self)  # this one waits for a body that never comes
            self._finish()

    def on_body(self, data: bytes) -> None:
        if self._phase == self.BODY and self.work is not None:
            self.work.received(data)
        else:
            self.transport.abort()  # a body that must not be there

    def on_message_complete(self) -> None:
        if self._phase == self.BODY and self._status >= 200:
            self._finish()

    def _finish(self) -> None:
        work, self.work = self.work, None
        self._phase = self.IDLE
        keep = self._keep and self.sent_whole and not self.transport.is_closing()
        if work is not None:
            work.completed()
        if keep:
            self.used = True
            self.idle_since = time.monotonic()
            self.transport.resume_reading()
            self.pool.returned(self)
        else:
            self.transport.abort()

    def _break(self, reason: str) -> None:
        work, self.work = self.work, None
        self.transport.abort()
        if work is not None:
            work.broken(reason)


def _unbounded(fields: Fields) -> bool:
    return not any(name.lower() in (b"content-length", b"transfer-encoding") for name, _ in fields)
