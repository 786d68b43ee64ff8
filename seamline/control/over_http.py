"""The board of another deployable, the hub, over signed HTTP: for processes that have no share of its schema.

Only telling and reading go this way; orders are given at the hub.
"""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec

from seamline.control.board import BoardAway
from seamline.control.values import Happened, Report, Seen
from seamline.signing import Message, SignatureRefused, installed_keys, sign, verify_answer
from seamline.transport import ExchangeError, Pool, StaleConnection

PATH = "/internal/control/"
AUDIENCE = "platform"
SECONDS = 3.0
T = TypeVar("T")


class Telling(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent to exchange."""

    report: Report | None = None
    happened: tuple[Happened, ...] = ()


class Leaving(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent by a process that ends."""

    process: str


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that says no more than that it was done."""

    done: bool = True


class HttpBoard:
    """The hub's board.

    :param url: of the hub.
    :param caller: who signs: a module of this deployable, or ``gateway``.
    """

    def __init__(self, *, url: str, caller: str) -> None:
        self._pool = Pool(url=url, most_idle=1)
        self._url, self._caller = url, caller

    def exchange(self, *, report: Report | None, happened: Sequence[Happened]) -> Seen:
        """As ``Board.exchange``."""
        return self._ask("exchange", Telling(report=report, happened=tuple(happened)), Seen)

    def leave(self, process: str) -> None:
        """As ``Board.leave``."""
        self._ask("leave", Leaving(process=process), Done)

    def wait(self, waker: socket.socket, *, seconds: float) -> None:
        """As ``Board.wait``; nothing pushes from afar."""
        select.select([waker], [], [], seconds)

    def close(self) -> None:
        """As ``Board.close``."""
        self._pool.close()

    def _ask(self, action: str, question: Any, kind: type[T]) -> T:
        path, body = PATH + action, msgspec.json.encode(question)
        for attempt in (1, 2):
            header, signed = sign(
                Message(method="POST", path=path, body=body),
                keys=installed_keys(),
                caller=self._caller,
                audience=AUDIENCE,
                now=time.time(),
            )
            try:
                answer = self._pool.exchange(
                    method="POST",
                    target=path,
                    headers=(("Content-Type", "application/json"), ("Authorization", header)),
                    body=body,
                    deadline=time.monotonic() + SECONDS,
                )
                break
            except StaleConnection as error:
                if attempt == 2:
                    raise BoardAway(str(error)) from error
            except ExchangeError as error:
                raise BoardAway(str(error)) from error
        if answer.status != 200:
            raise BoardAway(f"{self._url} answered {answer.status}: {answer.body[:200].decode(errors='replace')}")
        try:
            verify_answer(
                answer.body,
                status=answer.status,
                header=answer.headers.get("seamline-signature"),
                request=signed,
                keys=installed_keys(),
            )
            return msgspec.json.decode(answer.body, type=kind)
        except (SignatureRefused, msgspec.MsgspecError) as error:
            raise BoardAway(f"{self._url} sent no answer of a board of ours: {error}") from error
