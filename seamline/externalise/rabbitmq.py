"""RabbitMQ: persistent messages to a durable topic exchange, routed by the event's name, each confirmed.

Confirms are waited for in waves that hold no key twice. A queue that is full may refuse one message and take the next
one, so the next event of a key leaves when the one before it is safe. This file may not know events.
"""

from __future__ import annotations

import ssl
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from amqp.basic_message import Message as AmqpMessage
from amqp.exceptions import AMQPError, PreconditionFailed
from kombu.connection import Connection

from seamline.externalise.cloud_event import CONTENT_TYPE, Message
from seamline.externalise.sending import CONFIRM_TIMEOUT, CONNECT_TIMEOUT, ConnectionLost, EventRefused, Sender
from seamline.externalise.target import Target

PERSISTENT = 2
_Wave = Sequence[tuple[int, Message]]


class RabbitMqSender(Sender):
    """Sends to one exchange."""

    def __init__(self, target: Target) -> None:
        super().__init__(target)
        self._connection: Any = None
        self._channel: Any = None
        self._sent = 0
        self._open: set[int] = set()
        self._refused = 0

    @property
    def connected(self) -> bool:
        return self._channel is not None

    def close(self) -> None:
        connection, self._connection, self._channel = self._connection, None, None
        if connection is not None:
            # Not closed politely: the other side may not answer any more.
            connection.collect()

    def _connect(self) -> None:
        if self._channel is not None:
            return
        secure = self.target.url.startswith("amqps:")
        address = Connection(  # type: ignore[no-untyped-call]
            self.target.url,
            connect_timeout=CONNECT_TIMEOUT,
            ssl={"cert_reqs": ssl.CERT_REQUIRED, "server_hostname": urlsplit(self.target.url).hostname}
            if secure
            else False,
            transport_options={"read_timeout": CONFIRM_TIMEOUT, "write_timeout": CONFIRM_TIMEOUT},
        )
        try:
            self._connection = address.transport.establish_connection()
            self._open_channel()
        except (AMQPError, OSError) as error:
            raise ConnectionLost(_text(error)) from error

    def _open_channel(self) -> None:
        channel = self._connection.channel()
        channel.exchange_declare(self.target.exchange, type="topic", durable=True, auto_delete=False)
        channel.confirm_select()
        channel.events["basic_ack"].add(self._acknowledged)
        channel.events["basic_nack"].add(self._not_acknowledged)
        self._channel, self._sent, self._refused = channel, 0, 0
        self._open.clear()

    def _send(self, messages: Sequence[Message]) -> None:
        self._refuse_large(messages)
        self._connect()
        for wave in waves(messages):
            self._send_wave(wave)

    def _send_wave(self, wave: _Wave) -> None:
        try:
            self._publish(wave)
        except PreconditionFailed as error:
            # It closes the channel and does not say which message it was: each alone shows it.
            self._replace_channel()
            if len(wave) == 1:
                index, message = wave[0]
                raise EventRefused(index=index, reason=f"RabbitMQ refuses {message.name}: {_text(error)}") from error
            for each in wave:
                self._send_wave([each])
        except TimeoutError as error:
            raise self._unavailable(f"it confirmed nothing for {CONFIRM_TIMEOUT:g} s") from error
        except (AMQPError, OSError) as error:
            raise ConnectionLost(_text(error)) from error

    def _replace_channel(self) -> None:
        try:
            self._open_channel()
        except (AMQPError, OSError) as error:
            raise ConnectionLost(_text(error)) from error

    def _publish(self, wave: _Wave) -> None:
        for _, message in wave:
            self._channel.basic_publish(
                AmqpMessage(
                    message.body,
                    content_type=CONTENT_TYPE,
                    content_encoding="utf-8",
                    delivery_mode=PERSISTENT,
                    message_id=message.event_id,
                    type=message.name,
                    app_id="seamline",
                ),
                exchange=self.target.exchange,
                routing_key=message.name,
                timeout=CONFIRM_TIMEOUT,
            )
            self._sent += 1
            self._open.add(self._sent)
        end = time.monotonic() + CONFIRM_TIMEOUT
        while self._open:
            left = end - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self._connection.drain_events(timeout=left)
        if self._refused:
            raise self._unavailable(f"a queue behind the exchange is full, {self._refused} messages were not taken")

    def _acknowledged(self, tag: int, multiple: bool) -> None:
        if multiple:
            self._open = {each for each in self._open if each > tag}
        else:
            self._open.discard(tag)

    def _not_acknowledged(self, tag: int, multiple: bool) -> None:
        before = len(self._open)
        self._acknowledged(tag, multiple)
        self._refused += before - len(self._open)


def waves(messages: Sequence[Message]) -> list[_Wave]:
    """The messages with their places, in groups that hold no key twice; each key in order from group to group."""
    found: defaultdict[int, list[tuple[int, Message]]] = defaultdict(list)
    seen: Counter[str] = Counter()
    for index, message in enumerate(messages):
        found[seen[message.key]].append((index, message))
        seen[message.key] += 1
    return [found[number] for number in sorted(found)]


def _text(error: Exception) -> str:
    return str(error) or type(error).__name__
