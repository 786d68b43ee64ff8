"""Sending a batch to a broker until it is confirmed: what all kinds of brokers share, and one connection a thread.

An error is either the event's (``EventRefused``) or the broker's (``BrokerUnavailable``); nothing else leaves. This
file may not know checkpoints.
"""

from __future__ import annotations

import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence

from seamline.events.unavailable import Unavailable
from seamline.externalise.cloud_event import Message
from seamline.externalise.target import Kind, Target

CONNECT_TIMEOUT = 3.0
"""Seconds for a broker to take a connection."""
CONFIRM_TIMEOUT = 5.0
"""Seconds for it to confirm what was sent in one go."""


class BrokerUnavailable(Unavailable):
    """The broker cannot be reached, or takes nothing at the moment."""


class EventRefused(Exception):
    """The broker takes this event at no time; ``index`` is its place in the batch."""

    def __init__(self, *, index: int, reason: str) -> None:
        super().__init__(reason)
        self.index = index


class ConnectionLost(Exception):
    """A kept connection turned out to be closed: a new one may do."""


class Sender(ABC):
    """Sends to one target over one connection, which is opened when needed and kept. For one thread."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.max_bytes = target.max_bytes
        """The connection may lower it to what the broker takes."""

    def send(self, messages: Sequence[Message]) -> None:
        """Send them; when this returns, the broker has confirmed all of them.

        After any error some of them may have arrived. Sent again from the first on, they come in the order of their
        keys to whoever ignores repeated ids.

        :raises EventRefused: one of them can never be sent; those before it may have been.
        :raises BrokerUnavailable: try again later.
        """
        kept = self.connected
        try:
            try:
                self._send(messages)
            except ConnectionLost as lost:
                self.close()
                if not kept:
                    raise self._unavailable(lost) from lost
                try:
                    self._send(messages)
                except ConnectionLost as again:
                    raise self._unavailable(again) from again
        except EventRefused:
            raise
        except BaseException:
            # Whatever it was, also a time limit: half an answer may wait in the connection.
            self.close()
            raise

    def probe(self) -> None:
        """Connect, if that is not done yet.

        :raises BrokerUnavailable: that does not work; the text says why.
        """
        try:
            self._connect()
        except ConnectionLost as lost:
            self.close()
            raise self._unavailable(lost) from lost

    @property
    @abstractmethod
    def connected(self) -> bool:
        """Whether a connection is kept; it may have been closed by the other side."""

    @abstractmethod
    def close(self) -> None:
        """Drop the connection; never raises."""

    @abstractmethod
    def _connect(self) -> None:
        """Open the connection where there is none.

        :raises ConnectionLost: that does not work.
        """

    @abstractmethod
    def _send(self, messages: Sequence[Message]) -> None:
        """Send and wait for the confirms. Raises as ``send``, or ``ConnectionLost``."""

    def _refuse_large(self, messages: Sequence[Message]) -> None:
        for index, message in enumerate(messages):
            if len(message.body) > self.max_bytes:
                raise EventRefused(
                    index=index,
                    reason=f"{message.name} has {len(message.body)} bytes as a CloudEvent, the target "
                    f"{self.target.name!r} takes {self.max_bytes}. Raise the broker's limit and max_bytes, then "
                    "redrive it, or discard it.",
                )

    def _unavailable(self, error: object) -> BrokerUnavailable:
        # The clients' texts name hosts and reasons, never passwords.
        return BrokerUnavailable(
            f"The target {self.target.name!r} at {self.target.shown_url} cannot be sent to: {error}. "
            "Its events wait in the log."
        )


class _Kept(threading.local):
    def __init__(self) -> None:
        self.process = 0
        self.senders: dict[Target, Sender] = {}


_kept = _Kept()


def sender_for(target: Target) -> Sender:
    """This thread's sender for the target; the same one each time."""
    if _kept.process != os.getpid():
        # A connection belongs to the process that opened it.
        _kept.process, _kept.senders = os.getpid(), {}
    if target not in _kept.senders:
        _kept.senders[target] = new_sender(target)
    return _kept.senders[target]


def new_sender(target: Target) -> Sender:
    """A sender of its own, to be closed by the caller."""
    if target.kind is Kind.RABBITMQ:
        from seamline.externalise.rabbitmq import RabbitMqSender

        return RabbitMqSender(target)
    from seamline.externalise.redis_streams import RedisSender

    return RedisSender(target)
