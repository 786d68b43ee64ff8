"""Kept connections to one address, for all threads of a process. A forked child opens its own.

The one used last is used next, so that the others grow old and go. This file may not repeat a request.
"""

from __future__ import annotations

import os
import re
import ssl
import time
from collections import deque
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from seamline.transport.answer import Answer
from seamline.transport.connection import Connection
from seamline.transport.request import request_bytes

MOST_BYTES = 32 * 1024 * 1024
IDLE_SECONDS = 60.0
MARGIN = 0.5
"""Seconds that a connection is given up earlier than the server said it would."""
_KEPT_FOR = re.compile(r"\btimeout=(\d{1,6})\b", re.IGNORECASE)


class Pool:
    """Exchanges requests for answers with one server. Safe for any threads.

    :param url: ``http://host:port`` or ``https://…``; a path is put before each target.
    :param most_idle: connections that are kept while nobody uses them.
    :param most_bytes: of an answer's body.
    :param permitted: whether an IP address that the host's name leads to may be talked to.
    :param context: for https; Python's default one without.
    :raises ValueError: the URL names no server.
    """

    def __init__(
        self,
        *,
        url: str,
        most_idle: int = 32,
        most_bytes: int = MOST_BYTES,
        permitted: Callable[[str], bool] = lambda address: True,
        context: ssl.SSLContext | None = None,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
            raise ValueError("An instance's address is http or https, with a host and no user.")
        secure = parts.scheme == "https"
        self._host, self._port = parts.hostname, parts.port or (443 if secure else 80)
        self._prefix = parts.path.rstrip("/")
        self._context = (context or ssl.create_default_context()) if secure else None
        self._most_bytes = most_bytes
        self._permitted = permitted
        self._idle: deque[Connection] = deque()
        self._most_idle = most_idle
        self._pid = os.getpid()
        host = f"[{self._host}]" if ":" in self._host else self._host
        self._authority = f"{host}:{self._port}"

    def exchange(
        self, *, method: str, target: str, headers: Sequence[tuple[str, str]], body: bytes, deadline: float
    ) -> Answer:
        """Send one request and return the whole answer, whatever its status. Redirects are not followed.

        :param target: path and query.
        :param deadline: a reading of ``time.monotonic()``; everything ends there.
        :raises ExchangeError: there is no answer; its class says whether the request may have been carried out.
        :raises ValueError: the method, the target or a header is none that can be sent as it is.
        """
        request = request_bytes(
            method=method, target=self._prefix + target, authority=self._authority, headers=headers, body=body
        )
        connection = self._kept() or Connection.open(
            host=self._host, port=self._port, context=self._context, deadline=deadline, permitted=self._permitted
        )
        try:
            answer, keep = connection.exchange(request, deadline=deadline, most=self._most_bytes)
        except BaseException:
            connection.close()
            raise
        if keep:
            self._keep(connection, answer)
        else:
            connection.close()
        return answer

    def close(self) -> None:
        """Close what is idle; what is in use is closed or kept when it comes back."""
        while self._idle:
            try:
                self._idle.pop().close()
            except IndexError:
                return

    def _kept(self) -> Connection | None:
        if self._pid != os.getpid():
            self._idle = deque()  # the parent's connections are the parent's; this first, for the child's other threads
            self._pid = os.getpid()
        while True:
            try:
                connection = self._idle.pop()
            except IndexError:
                return None
            if connection.until > time.monotonic() and not connection.is_dead:
                return connection
            connection.close()

    def _keep(self, connection: Connection, answer: Answer) -> None:
        idle, now = self._idle, time.monotonic()
        said = _KEPT_FOR.search(answer.headers.get("keep-alive", ""))
        connection.until = now + (min(IDLE_SECONDS, int(said[1]) - MARGIN) if said else IDLE_SECONDS)
        idle.append(connection)
        try:
            while len(idle) > self._most_idle or idle[0].until <= now:
                idle.popleft().close()
        except IndexError:
            return  # other threads took the rest
