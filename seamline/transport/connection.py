"""One connection and one exchange over it, whose every wait ends at the caller's deadline."""

from __future__ import annotations

import select
import socket
import ssl
import time
from collections.abc import Callable
from typing import TypeVar

from seamline.transport.answer import Answer, Reader
from seamline.transport.errors import BadAnswer, Lost, NotSent, StaleConnection, TimedOut

CONNECT_SECONDS = 1.0
CHUNK = 256 * 1024
R = TypeVar("R")


class Connection:
    """An open connection. For one thread at a time."""

    __slots__ = ("_place", "_socket", "used")

    def __init__(self, opened: socket.socket, *, place: str) -> None:
        self._socket = opened
        self._place = place
        self.used = False

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
        """Connect, within a second and the deadline.

        :param permitted: whether the address that the host's name led to may be talked to.
        :raises NotSent: nobody is there, or nobody that we may talk to.
        """
        place = f"{host}:{port}"
        seconds = min(CONNECT_SECONDS, deadline - time.monotonic())
        if seconds <= 0:
            raise NotSent(f"{place}: the deadline has passed")
        try:
            opened = socket.create_connection((host, port), timeout=seconds)
        except OSError as error:
            raise NotSent(f"{place} cannot be reached: {_reason(error)}") from error
        if not permitted(opened.getpeername()[0]):
            opened.close()
            raise NotSent(f"{place} is in none of the networks that may be called")
        try:
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if context is not None:
                opened = context.wrap_socket(opened, server_hostname=host)
        except OSError as error:
            opened.close()
            raise NotSent(f"{place} cannot be reached: {_reason(error)}") from error
        return cls(opened, place=place)

    @property
    def is_dead(self) -> bool:
        """Whether the server has closed it, or said something that nobody asked for, while it was kept."""
        try:
            poller = select.poll()
            poller.register(self._socket, select.POLLIN | select.POLLHUP | select.POLLERR)
            return bool(poller.poll(0))
        except (OSError, ValueError):
            return True

    def exchange(self, request: bytes, *, deadline: float, most: int) -> tuple[Answer, bool]:
        """Send the request and wait for the whole answer.

        :returns: the answer, and whether the connection may be kept.
        :raises ExchangeError: there is none.
        """
        reader = Reader(most=most)
        kept, self.used = self.used, True
        try:
            self._within(deadline, lambda: self._socket.sendall(request))
            while reader.answer is None:
                data = self._within(deadline, lambda: self._socket.recv(CHUNK))
                if data:
                    reader.feed(data)
                elif reader.began:
                    reader.end()
                else:
                    raise ConnectionResetError("it closed the connection")
        except TimeoutError as error:
            raise TimedOut(f"{self._place} did not answer in time") from error
        except OSError as error:
            kind = StaleConnection if kept and not reader.began else Lost
            raise kind(f"{self._place} broke the connection: {_reason(error)}") from error
        except BadAnswer as error:
            raise type(error)(f"{self._place}: {error}") from error
        return reader.answer, reader.keep_alive

    def close(self) -> None:
        """Close it."""
        self._socket.close()

    def _within(self, deadline: float, work: Callable[[], R]) -> R:
        seconds = deadline - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        self._socket.settimeout(seconds)
        return work()


def _reason(error: OSError) -> str:
    return "no answer in time" if isinstance(error, TimeoutError) else error.strerror or str(error) or "it ended"
