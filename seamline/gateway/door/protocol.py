"""uvicorn's protocol of httptools, made stricter: headers are bounded in size, number and time, pipelining is sound."""

from __future__ import annotations

import asyncio
import fcntl
import struct
import termios
from contextlib import suppress
from typing import Any, ClassVar, NoReturn

import httptools
import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from seamline.gateway.door.lifeline import Lifeline
from seamline.gateway.options import ClientLimits
from seamline.gateway.paths import origin_form
from seamline.gateway.problems import CONTENT_TYPE, Problem

_FRAMING = 8
"""Bytes around a byte of a chunked body, at most: enough for chunks of one byte."""


class _Unfit(Exception):
    """The header ends the connection with this problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


class DoorProtocol(HttpToolsProtocol):
    """One client's connection."""

    limits: ClassVar[ClientLimits] = ClientLimits()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parser = httptools.HttpRequestParser(self)  # without the leniency about what follows "close"
        self._head_bytes = self._field_bytes = self._overhead = 0
        self._in_head = True
        self._begun = self._deaf = False
        self._lifeline = Lifeline()
        self._head_timer: asyncio.TimerHandle | None = None
        self._unfit: Problem | None = None
        self._leaving = False
        self._write_timer: asyncio.TimerHandle | None = None
        self._unwritten = 0

    def leave(self) -> None:
        """Answer what comes, and say with it that the connection ends."""
        self._leaving = True
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.keep_alive = False

    def pause_writing(self) -> None:
        super().pause_writing()
        self._await_reader()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        if len(self.connections) > self.limits.connections:
            transport.abort()
            return
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._no_timer()
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None
        super().connection_lost(exc)
        self._lifeline.cut()

    def data_received(self, data: bytes) -> None:
        if self._deaf:
            return
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_timer is None:
                self._await_head()  # also where empty lines are all that comes
        else:
            self._overhead += len(data)
        super().data_received(data)
        if self._overhead > self.limits.head_bytes and not self.transport.is_closing():
            self._refuse(Problem(400, "malformed_request", "The body has more framing and trailers than content."))
        elif self._in_head and self._head_bytes > self.limits.head_bytes and not self.transport.is_closing():
            self._refuse(Problem(431, "header_too_large", f"Headers have up to {self.limits.head_bytes} bytes here."))

    def send_400_response(self, msg: str) -> None:
        self._refuse(self._unfit or Problem(400, "malformed_request", "This is no sound HTTP/1.1 request."))

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._lifeline.handed_to(self.scope)
        self._field_bytes, self._begun = 0, True

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._in_head:
            return  # a trailer: the request was judged without it
        self._field_bytes += len(name) + len(value) + 4
        if self._field_bytes > self.limits.head_bytes:
            self._no(Problem(431, "header_too_large", f"Headers have up to {self.limits.head_bytes} bytes here."))
        if len(self.headers) >= self.limits.fields:
            self._no(Problem(431, "too_many_fields", f"Headers have up to {self.limits.fields} lines here."))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._no_timer()
        names = [name for name, _ in self.headers]
        old, chunked = self.parser.get_http_version() == "1.0", b"transfer-encoding" in names
        if names.count(b"host") != 1 and not old:
            self._no(Problem(400, "malformed_request", "Give Host exactly once."))
        if names.count(b"content-length") > 1 or (chunked and (old or b"content-length" in names)):
            self._no(Problem(400, "malformed_request", "Say the length of the body once, and in one way."))
        if not self.url.startswith(b"/"):
            self.url = self._origin_form()
        upgrade = self.parser.should_upgrade()
        if upgrade and (chunked or b"content-length" in names or (self._should_upgrade() and self._busy())):
            # The parser takes a body for the other protocol already.
            self._no(Problem(400, "malformed_request", "Ask for another protocol without a body, and alone."))
        self._head_bytes = self._overhead = 0
        self._in_head = self._begun = False
        super().on_headers_complete()
        if self.cycle is not None and (self._leaving or upgrade):
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        self._overhead = max(0, self._overhead - _FRAMING * len(body))
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._no_timer()
        self._in_head, self._overhead = True, 0
        self._deaf = self.parser.should_upgrade()  # what follows is of a protocol that is not spoken here
        super().on_message_complete()

    def on_response_complete(self) -> None:
        dawdles = not self._in_head and not self.pipeline
        super().on_response_complete()
        if dawdles and self._head_timer is None and not self.transport.is_closing():
            self._await_head()  # for the rest of a body that nobody reads

    def _no(self, problem: Problem) -> NoReturn:
        self._unfit = problem
        raise _Unfit(problem)

    def _origin_form(self) -> bytes:
        try:
            return origin_form(self.url, next((value for name, value in self.headers if name == b"host"), b""))
        except Problem as problem:
            self._no(problem)

    def _busy(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _await_head(self) -> None:
        self._head_timer = self.loop.call_later(self.limits.head_seconds, self._too_slow)

    def _no_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _too_slow(self) -> None:
        self._head_timer = None
        if self.transport.is_closing():
            return
        if self._begun:
            self._refuse(Problem(408, "slow_header", "The header comes too slowly."))
        elif not self._busy():
            self.transport.close()

    def _await_reader(self) -> None:
        self._unwritten = self._waiting()
        self._write_timer = self.loop.call_later(self.limits.write_seconds, self._look_at_reader)

    def _look_at_reader(self) -> None:
        """A client that has taken nothing since is cut off: what it asked for holds a connection to a module."""
        if self._waiting() < self._unwritten:
            self._await_reader()
        else:
            self.transport.abort()

    def _waiting(self) -> int:
        """Bytes that the client has not taken, those in the kernel included: it asks for more in bursts only."""
        waiting = int(self.transport.get_write_buffer_size())
        with suppress(OSError, AttributeError):
            descriptor = self.transport.get_extra_info("socket").fileno()
            waiting += struct.unpack("i", fcntl.ioctl(descriptor, termios.TIOCOUTQ, b"\0\0\0\0"))[0]
        return waiting

    def _refuse(self, problem: Problem) -> None:
        """End the connection with the problem, but never in the middle of another answer."""
        if self.cycle is not None and not self.cycle.response_complete:
            if self._in_head:  # what was asked before is whole: it is answered, and then the connection ends
                self._deaf, self.cycle.keep_alive = True, False
                return
            if self.pipeline or self.cycle.response_started:
                self.transport.abort()
                return
        body = problem.body()
        head = (
            f"HTTP/1.1 {problem.status} {msgspec.json.decode(body)['title']}\r\ncontent-type: {CONTENT_TYPE}\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()
