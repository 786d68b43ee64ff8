"""What is particular to one kind of broker: properties, full queues, the bound of a stream."""

from __future__ import annotations

import pytest
import redis
from kombu.connection import Connection

from seamline.events import drain, lag
from seamline.events.tests import sample
from seamline.events.tests.sample import sell
from seamline.externalise.sending import BrokerUnavailable
from seamline.externalise.tests.receiving import RabbitMqReceiver, Receiver

rabbitmq_only = pytest.mark.parametrize("broker", ["rabbitmq"], indirect=True)
redis_only = pytest.mark.parametrize("broker", ["redis"], indirect=True)


@rabbitmq_only
def test_messages_are_persistent_and_routed_by_the_name_of_the_event(target: Receiver) -> None:
    assert isinstance(target, RabbitMqReceiver)
    target.host()
    sell(1)
    drain()
    target.take()
    (properties,) = target.properties
    assert properties["delivery_mode"] == 2
    assert properties["content_type"] == "application/cloudevents+json"
    assert properties["message_id"] == target.received[0].get_id()
    assert properties["routing_key"] == properties["type"] == "sample_shop.sold"


@rabbitmq_only
def test_a_full_queue_is_waited_for_and_keeps_the_order(target: Receiver) -> None:
    target.host()
    full = f"{target.place}-full"
    with Connection(target.broker.url) as connection:  # type: ignore[no-untyped-call]
        channel = connection.channel()
        channel.queue_declare(
            full, durable=True, auto_delete=False, arguments={"x-max-length": 2, "x-overflow": "reject-publish"}
        )
        channel.queue_bind(full, target.place, "sample_shop.sold")
        sell(1, 2, 3, 4, 5)
        for _ in range(2):
            with pytest.raises(BrokerUnavailable, match="is full"):
                drain()
        channel.queue_purge(full)
        channel.queue_unbind(full, target.place, "sample_shop.sold")
    drain()
    target.take()
    assert target.numbers() == [1, 2, 3, 4, 5]
    assert lag()[0].failures == 0


@redis_only
def test_a_stream_is_bounded_roughly_as_the_url_says(target: Receiver) -> None:
    target.host(options="start=beginning&maxlen=100")
    for start in range(0, 1000, 250):
        sell(*range(start, start + 250))
    drain()
    with redis.Redis.from_url(target.broker.url) as client:
        assert 100 <= client.xlen(f"{target.place}:{sample.SHOP}") < 400
    target.take()
    assert target.numbers()[-1] == 999
