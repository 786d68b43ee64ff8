"""Receivers as others would write them: of RabbitMQ and of Valkey, read by the CloudEvents project's own library."""

from __future__ import annotations

import os
import secrets
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any

import redis
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from django.conf import settings
from kombu.connection import Connection

from seamline.events.tests import sample
from seamline.testing.brokers import Broker, Valkey

URL = "TEST_EXTERNALISE"
"""Variable of the environment that tells the processes of a test where to send."""


class Receiver(ABC):
    """Takes what arrives for one test."""

    subscription: str

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self.place = f"test-{secrets.token_hex(6)}"
        self.received: list[CloudEvent] = []

    def host(self, *subscriptions: Any, options: str = "start=beginning") -> None:
        """Host the sample modules, the shop with this target, in this process and in those that it starts."""
        host(f"{sample.SHOP}={self.url(options)}", *subscriptions)

    @abstractmethod
    def url(self, options: str) -> str:
        """The target's URL."""

    @abstractmethod
    def take(self) -> None:
        """Take what is there by now, and confirm it."""

    def close(self) -> None:
        os.environ.pop(URL, None)
        settings.SEAMLINE_EXTERNALISE = ""

    def take_until(self, count: int) -> bool:
        """Take what is there; whether so many different events have arrived."""
        self.take()
        return len({event.get_id() for event in self.received}) >= count

    def numbers(self, item: str | None = None) -> list[int]:
        """The numbers in order of arrival, repeated ids left out: what a receiver has that does as it is told."""
        seen: set[str] = set()
        found = []
        for event in self.received:
            if event.get_id() not in seen and item in (None, event.get_subject()):
                seen.add(event.get_id())
                found.append(payload(event)["number"])
        return found

    def _add(self, bodies: Iterable[bytes]) -> None:
        for body in bodies:
            event = JSONFormat().read(None, body)
            assert isinstance(event, CloudEvent)
            self.received.append(event)


class RabbitMqReceiver(Receiver):
    """A queue of its own, bound to all events of the shop."""

    subscription = "sample_shop.externalise_rabbitmq"

    def __init__(self, broker: Broker) -> None:
        super().__init__(broker)
        self.properties: list[dict[str, Any]] = []
        with Connection(broker.url) as connection:  # type: ignore[no-untyped-call]
            channel = connection.channel()
            channel.exchange_declare(self.place, type="topic", durable=True, auto_delete=False)
            channel.queue_declare(self.place, durable=True, auto_delete=False)
            channel.queue_bind(self.place, self.place, "sample_shop.*")

    def url(self, options: str) -> str:
        return f"{self.broker.url}?exchange={self.place}&{options}"

    def take(self) -> None:
        with Connection(self.broker.url) as connection:  # type: ignore[no-untyped-call]
            channel = connection.channel()
            while (message := channel.basic_get(self.place)) is not None:
                self._add([message.body.encode() if isinstance(message.body, str) else bytes(message.body)])
                self.properties.append({**message.properties, "routing_key": message.delivery_info["routing_key"]})
                channel.basic_ack(message.delivery_tag)


class StreamReceiver(Receiver):
    """Reads the stream of the shop from its beginning."""

    subscription = "sample_shop.externalise_redis"

    def __init__(self, broker: Broker) -> None:
        super().__init__(broker)
        self._last: bytes | str = "0"

    def url(self, options: str) -> str:
        return f"{self.broker.url}?prefix={self.place}:&{options}"

    def take(self) -> None:
        with redis.Redis.from_url(self.broker.url) as client:
            entries: Any = client.xrange(f"{self.place}:{sample.SHOP}", min=self._after())
        for identifier, fields in entries:
            self._last = identifier
            self._add([fields[b"event"]])

    def _after(self) -> str:
        return "-" if self._last == "0" else f"({bytes(self._last).decode()}"  # type: ignore[arg-type]


def receiver(broker: Broker) -> Receiver:
    """One that suits the broker."""
    return StreamReceiver(broker) if isinstance(broker, Valkey) else RabbitMqReceiver(broker)


def payload(event: CloudEvent) -> dict[str, Any]:
    """The event's own fields."""
    data = event.get_data()
    assert isinstance(data, dict)
    return data


def host(setting: str, *subscriptions: Any) -> None:
    """Host the sample modules with this setting; processes that are started later do as well."""
    os.environ[URL] = setting
    settings.SEAMLINE_EXTERNALISE = setting
    sample.host(*subscriptions)
