"""A signed HTTP connection to one module in another deployable: kept alive, bounded in time and size, checked answers.

Whatever goes wrong is one exception with a text for an operator. This file may not know what is sent.
"""

from __future__ import annotations

import socket
import ssl
import time
from http.client import HTTPException
from urllib.parse import urlencode

import msgspec
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from seamline.signing.places import address_parts
from seamline.signing.refusal import SignatureRefused
from seamline.signing.signature import Message, sign, verify_answer
from seamline.signing.verifier import installed_keys

CONNECT_SECONDS = 3.0
MOST_BYTES = 64 * 1024 * 1024
"""Of an answer."""
_MOST_TOLD = 300


class ExchangeFailed(Exception):
    """No answer that can be used; the text says why. ``status`` is the answer's, None where there was none."""

    def __init__(self, text: str, *, status: int | None = None) -> None:
        super().__init__(text)
        self.status = status


class _Problem(msgspec.Struct):
    detail: str = ""
    code: str = ""


class Channel:
    """Requests to one module. For one thread; ``interrupt`` alone may be called from others.

    :param url: where its deployable answers, such as ``https://shop.internal:8000``.
    :param caller: the module that asks.
    :raises WrongPlace: the URL is no address of a web server.
    """

    def __init__(self, *, url: str, caller: str, audience: str) -> None:
        parts = address_parts(url)
        self._caller, self._audience = caller, audience
        self._prefix = parts.path.rstrip("/")
        self._interrupted = False
        self.place = f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "") + self._prefix
        host = parts.hostname or ""
        self._connection: HTTPConnection = (
            HTTPSConnection(host, parts.port, timeout=CONNECT_SECONDS, ssl_context=ssl.create_default_context())
            if parts.scheme == "https"
            else HTTPConnection(host, parts.port, timeout=CONNECT_SECONDS)
        )

    def get(self, path: str, query: list[tuple[str, str]], *, seconds: float) -> bytes:
        """The body of the answer to a GET; asked once more where a kept connection turns out to have ended.

        :param seconds: how long the answer may take to begin.
        :raises ExchangeFailed: there is no usable answer.
        """
        message = Message(method="GET", path=path, query=urlencode(query))
        kept = self._connection.sock is not None
        try:
            return self._exchange(message, seconds=seconds)
        except ExchangeFailed as failed:
            lost = kept and failed.status is None and not isinstance(failed.__cause__, TimeoutError)
            if not lost or self._interrupted:
                raise
        return self._exchange(message, seconds=seconds)

    def post(self, path: str, body: bytes, *, seconds: float) -> bytes:
        """The body of the answer to a POST of JSON; never repeated.

        :raises ExchangeFailed: there is no usable answer; it may have been carried out all the same.
        """
        return self._exchange(Message(method="POST", path=path, body=body), seconds=seconds)

    def interrupt(self) -> None:
        """End for good: a request that another thread waits for raises ``ExchangeFailed``, and so do later ones."""
        self._interrupted = True
        if (opened := self._connection.sock) is not None:
            try:
                opened.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # it has ended by itself

    def close(self) -> None:
        """Close the connection; the next request opens a new one."""
        self._connection.close()

    def _exchange(self, message: Message, *, seconds: float) -> bytes:
        header, signed = sign(
            message, keys=installed_keys(), caller=self._caller, audience=self._audience, now=time.time()
        )
        try:
            response = self._send(message, header, seconds=seconds)
            body = response.read(MOST_BYTES + 1)
        except (HTTPError, HTTPException, OSError) as error:
            self.close()
            raise ExchangeFailed(f"{self.place} does not answer: {_reason(error)}") from error
        if len(body) > MOST_BYTES:
            self.close()
            raise ExchangeFailed(f"{self.place} answered more than {MOST_BYTES} bytes.", status=response.status)
        if response.status != 200:
            raise ExchangeFailed(
                f"{self.place} answered {response.status}{_told(response, body)}", status=response.status
            )
        try:
            verify_answer(
                body,
                status=response.status,
                header=response.headers.get("Seamline-Signature"),
                request=signed,
                keys=installed_keys(),
            )
        except SignatureRefused as refused:
            self.close()
            raise ExchangeFailed(
                f"{self.place} sent an answer that it did not sign with a key of this installation "
                f"({refused.reason}). Is that the right address?",
                status=response.status,
            ) from refused
        return body

    def _send(self, message: Message, header: str, *, seconds: float) -> BaseHTTPResponse:
        connection = self._connection
        if connection.sock is not None and not connection.is_connected:
            connection.close()
        connection.timeout = CONNECT_SECONDS
        if connection.sock is None:
            connection.connect()
        if self._interrupted:  # from here on, closing the socket ends the exchange
            raise ConnectionAbortedError("interrupted")
        headers = {"Authorization": header, "Accept": "application/json"}
        if message.method != "GET":
            headers["Content-Type"] = "application/json"
        target = self._prefix + message.path + (f"?{message.query}" if message.query else "")
        connection.request(
            message.method,
            target,
            body=message.body if message.method != "GET" else None,
            headers=headers,
            preload_content=False,
        )
        connection.timeout = seconds
        return connection.getresponse()


def _reason(error: Exception) -> str:
    cause = error.__cause__ or error.__context__ or error
    if isinstance(cause, TimeoutError) or isinstance(error, TimeoutError):
        return "no answer in time"
    return (cause.strerror if isinstance(cause, OSError) else str(cause)) or type(cause).__name__


def _told(response: BaseHTTPResponse, body: bytes) -> str:
    if location := response.headers.get("Location"):
        return f" and points to {location[:_MOST_TOLD]}; give the address that answers itself."
    try:
        problem = msgspec.json.decode(body, type=_Problem)
    except msgspec.MsgspecError:
        return "."
    return f" ({problem.code}): {problem.detail[:_MOST_TOLD]}"
