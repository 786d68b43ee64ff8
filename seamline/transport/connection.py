"""One connection and one exchange over it, whose every wait ends at the caller's deadline.

This file may not decide whether a request is sent again, and may not parse: ``answer.py`` lets llhttp do that.
"""

from __future__ import annotations

import select
import socket
import ssl
import time
from collections.abc import Callable

from seamline.transport.answer import Answer, Reader
from seamline.transport.errors import ExchangeError, Lost, NotSent, StaleConnection, TimedOut

CONNECT_SECONDS = 1.0
CHUNK = 64 * 1024


class Connection:
    """An open connection. For one thread at a time."""

    __slots__ = ("_place", "_poller", "_socket", "until", "used")

    def __init__(self, opened: socket.socket, *, place: str) -> None:
        self._socket = opened
        self._place = place
        self._poller = select.poll()
        self._poller.register(opened, select.POLLIN | select.POLLHUP | select.POLLERR)
        self.used = False
        self.until = 0.0
        """A reading of ``time.monotonic()``, after which it is not used again."""

    @classmethod
    def open(
        cls,
        *,
        host: str,
        port: int,
        context: ssl.SSLContext | None,
        deadline: float,
        permitted: Callable[[str], bool] = lambda address: True,
    ) -> Connection:
        """Connect, to the first address of the host that lets us; within a second and the deadline for all of them.

        :param permitted: whether an address that the host's name leads to may be talked to; asked before connecting.
        :raises NotSent: nobody is there, or nobody that we may talk to.
        """
        place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        end = min(deadline, time.monotonic() + CONNECT_SECONDS)
        failure = f"{place} cannot be reached: no answer in time"
        try:
            addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise NotSent(f"{place} has no address: {_reason(error)}") from error
        for family, kind, protocol, _, address in addresses:
            if not permitted(str(address[0])):
                failure = f"{place} is in none of the networks that may be called"
                continue
            opened = socket.socket(family, kind, protocol)
            try:
                _until(opened, end)
                opened.connect(address)
                opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                if context is not None:
                    _until(opened, end)
                    opened = context.wrap_socket(opened, server_hostname=host)
                return cls(opened, place=place)
            except OSError as error:
                opened.close()
                failure = f"{place} cannot be reached: {_reason(error)}"
        raise NotSent(failure)

    @property
    def is_dead(self) -> bool:
        """Whether the server has closed it, or said something that nobody asked for, while it was kept."""
        try:
            if isinstance(self._socket, ssl.SSLSocket) and self._socket.pending():
                return True
            return bool(self._poller.poll(0))
        except (OSError, ValueError):
            return True

    def exchange(self, request: bytes, *, deadline: float, most: int) -> tuple[Answer, bool]:
        """Send the request and wait for the whole answer.

        :returns: the answer, and whether the connection may be kept.
        :raises ExchangeError: there is none.
        """
        reader = Reader(most=most)
        kept, self.used = self.used, True
        broken: OSError | None = None
        try:
            try:
                self._send(request, deadline)
            except ConnectionError as error:
                broken = error  # a refusal of a body that is too long may be there already
            while reader.answer is None:
                _until(self._socket, deadline)
                data = self._socket.recv(CHUNK)
                if data:
                    reader.feed(data)
                elif reader.began:
                    reader.end()
                else:
                    raise broken or ConnectionResetError("it was closed")
        except TimeoutError as error:
            raise TimedOut(f"{self._place} did not answer in time") from error
        except OSError as error:
            kind = StaleConnection if kept and not reader.began else Lost
            raise kind(f"{self._place} broke the connection: {_reason(error)}") from error
        except ExchangeError as error:
            raise type(error)(f"{self._place}: {error}") from error
        return reader.answer, reader.keep_alive and broken is None

    def close(self) -> None:
        """Close it."""
        self._socket.close()

    def _send(self, request: bytes, deadline: float) -> None:
        """Not ``sendall``: over TLS that begins to wait anew with each piece."""
        rest = memoryview(request)
        while rest:
            _until(self._socket, deadline)
            rest = rest[self._socket.send(rest) :]


def _until(opened: socket.socket, deadline: float) -> None:
    """Let the socket's next wait end at the deadline.

    :raises TimeoutError: it has passed.
    """
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    opened.settimeout(seconds)


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return str(getattr(error, "strerror", None) or error or "it ended")
