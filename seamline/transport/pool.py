"""Kept connections to one address, for all threads of a process. A forked child opens its own."""

from __future__ import annotations

import os
import ssl
from collections import deque
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from seamline.transport.answer import Answer
from seamline.transport.connection import Connection

MOST_BYTES = 32 * 1024 * 1024


class Pool:
    """Exchanges requests for answers with one server. Safe for any threads.

    :param url: ``http://host:port`` or ``https://…``; a path is put before each target.
    :param most_idle: connections that are kept while nobody uses them.
    :param permitted: whether an IP address that the host's name leads to may be talked to.
    :raises ValueError: the URL names no server.
    """

    def __init__(
        self,
        *,
        url: str,
        most_idle: int = 32,
        most_bytes: int = MOST_BYTES,
        permitted: Callable[[str], bool] = lambda address: True,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
            raise ValueError("An instance's address is http or https, with a host and no user.")
        secure = parts.scheme == "https"
        self._host, self._port = parts.hostname, parts.port or (443 if secure else 80)
        self._prefix = parts.path.rstrip("/")
        self._context = ssl.create_default_context() if secure else None
        self._most_bytes = most_bytes
        self._permitted = permitted
        self._idle: deque[Connection] = deque(maxlen=None)
        self._most_idle = most_idle
        self._pid = os.getpid()
        host = f"[{self._host}]" if ":" in self._host else self._host
        self._host_line = f"Host: {host}:{self._port}\r\n"

    def exchange(
        self, *, method: str, target: str, headers: Sequence[tuple[str, str]], body: bytes, deadline: float
    ) -> Answer:
        """Send one request and return the whole answer, whatever its status. Redirects are not followed.

        :param target: path and query.
        :param deadline: a reading of ``time.monotonic()``; everything ends there.
        :raises ExchangeError: there is no answer; its class says whether the request may have been carried out.
        :raises ValueError: the target or a header would break out of its line.
        """
        request = self._request(method, target, headers, body)
        connection = self._kept() or Connection.open(
            host=self._host, port=self._port, context=self._context, deadline=deadline, permitted=self._permitted
        )
        try:
            answer, keep = connection.exchange(request, deadline=deadline, most=self._most_bytes)
        except BaseException:
            connection.close()
            raise
        if keep and len(self._idle) < self._most_idle and self._pid == os.getpid():
            self._idle.append(connection)
        else:
            connection.close()
        return answer

    def close(self) -> None:
        """Close what is idle; what is in use is closed or kept when it comes back."""
        while self._idle:
            self._idle.pop().close()

    def _kept(self) -> Connection | None:
        if self._pid != os.getpid():
            self._pid = os.getpid()
            self._idle = deque()  # the parent's connections are the parent's
        while True:
            try:
                connection = self._idle.pop()
            except IndexError:
                return None
            if not connection.is_dead:
                return connection
            connection.close()

    def _request(self, method: str, target: str, headers: Sequence[tuple[str, str]], body: bytes) -> bytes:
        lines = [f"{method} {self._prefix}{target} HTTP/1.1\r\n", self._host_line]
        lines += [f"{name}: {value}\r\n" for name, value in headers]
        lines.append(f"Content-Length: {len(body)}\r\n\r\n")
        head = "".join(lines)
        if " " in target or head.count("\r\n") != len(lines) + 1 or head.count("\n") != len(lines) + 1 or "\0" in head:
            raise ValueError("The target or a header of a request holds a space, a line's end or a NUL.")
        return head.encode("latin-1") + body
