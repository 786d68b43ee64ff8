"""An answer as it arrives: parsed by llhttp through httptools, bounded in head and body."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httptools

from seamline.transport.errors import AnswerTooLarge, BadAnswer, ExchangeError, Lost

MOST_HEAD = 64 * 1024
"""Bytes of all that is no body; chunks may have some for each byte of theirs on top."""
WORST_CHUNK = 8
"""Bytes on the wire for a byte of a body that comes in chunks of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole answer; names of headers are in small letters, values of one that came twice are joined by commas."""

    status: int
    headers: dict[str, str]
    body: bytes


class Reader:
    """Takes bytes in until the answer is whole. For one answer.

    :param most: bytes of the body at most.
    """

    def __init__(self, *, most: int) -> None:
        self._parser: Any = httptools.HttpResponseParser(self)
        self._most = most
        self._fed = 0
        self._body: list[bytes] = []
        self._length = 0
        self._headers: dict[str, str] = {}
        self._in_head = True
        self.began = False
        self.keep_alive = False
        self.answer: Answer | None = None

    def feed(self, data: bytes) -> None:
        """Take in what arrived.

        :raises BadAnswer: it is no HTTP, or goes on behind the answer's end.
        :raises AnswerTooLarge: it is longer than allowed.
        """
        self.began = True
        if self.answer is not None:
            raise BadAnswer("it sent more than was asked for")
        self._fed += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as error:
            raise BadAnswer("it answered with another protocol") from error
        except httptools.HttpParserError as error:
            cause = error.__context__
            if isinstance(cause, ExchangeError):
                raise cause from None
            raise BadAnswer(f"it sent no HTTP ({type(error).__name__})") from error
        if self._fed > MOST_HEAD + WORST_CHUNK * self._length:
            raise AnswerTooLarge(f"its answer has more than {MOST_HEAD} bytes that are no body")

    def end(self) -> None:
        """The server has closed the connection: the end of an answer without a length.

        :raises Lost: the answer is not whole.
        """
        if self._in_head or {"content-length", "transfer-encoding"} & self._headers.keys():
            raise Lost("it ended in the middle of its answer")
        self.keep_alive = False
        self._finish()

    def on_message_begin(self) -> None:
        """A second answer was not asked for; one after an informational status is the real one."""
        if self.answer is not None:
            raise BadAnswer("it sent more than was asked for")
        self._headers.clear()
        self._in_head = True

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header."""
        if not self._in_head:
            return  # a trailer: what counts has to be known before the body
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        self._headers[key] = f"{self._headers[key]}, {text}" if key in self._headers else text

    def on_headers_complete(self) -> None:
        """The head is whole: refuse what is known by now to be too long or ambiguous."""
        status = self._parser.get_status_code()
        if status == 101:
            raise BadAnswer("it answered with another protocol")
        if status < 200:
            return
        self._in_head = False
        length = self._headers.get("content-length", "")
        if length.isdecimal() and int(length) > self._most:
            raise AnswerTooLarge(f"its answer has {length[:20]} bytes; {self._most} are allowed")

    def on_body(self, body: bytes) -> None:
        """Keep a piece of the body."""
        self._length += len(body)
        if self._length > self._most:
            raise AnswerTooLarge(f"its answer has more than {self._most} bytes")
        self._body.append(body)

    def on_message_complete(self) -> None:
        """The answer is whole, unless it was an informational one."""
        if self._parser.get_status_code() >= 200:
            self.keep_alive = self._parser.should_keep_alive()
            self._finish()

    def _finish(self) -> None:
        body = self._body[0] if len(self._body) == 1 else b"".join(self._body)
        self.answer = Answer(status=self._parser.get_status_code(), headers=self._headers, body=body)
