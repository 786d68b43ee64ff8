"""Senders and brokers that are killed at the worst moments, and events that a broker refuses."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace

import pytest
import redis

from seamline.data import connection_for
from seamline.events import Dispatcher, ParkedStatus, drain, lag, parked, redrive
from seamline.events.tests import sample
from seamline.events.tests.processes import await_line, kill, process
from seamline.events.tests.sample import sell
from seamline.externalise import outlet, parse_targets
from seamline.externalise.cloud_event import Message
from seamline.externalise.sending import BrokerUnavailable, EventRefused, new_sender
from seamline.externalise.tests.receiving import Receiver
from seamline.testing import wait_until
from seamline.testing.brokers import RabbitMq

PROGRAM = "seamline.externalise.tests.crashing"
LARGE = "x" * 1500
"""A key that comes three times in a CloudEvent."""


def sell_many(count: int, *, items: int = 5) -> None:
    for number in range(count):
        sell(number, item=f"item {number % items}")


def assert_all_arrived(target: Receiver, count: int, *, items: int = 5) -> None:
    wait_until(lambda: target.take_until(count), seconds=20, what="all events to arrive")
    assert sorted(target.numbers()) == list(range(count))
    for item in range(items):
        assert target.numbers(f"item {item}") == list(range(item, count, items))


def test_kill_between_confirm_and_commit_sends_again_and_loses_nothing(target: Receiver) -> None:
    target.host()
    sell_many(10)
    with process("confirmed", program=PROGRAM) as sender:
        await_line(sender, "confirmed")
        target.take()
        assert len(target.received) == 10
    wait_until(lambda: drain(timeout=10) or lag()[0].events == 0, what="the dead session to end")
    assert_all_arrived(target, 10)
    assert len(target.received) == 20


def test_sender_killed_in_the_middle_loses_nothing_and_keeps_the_order(target: Receiver) -> None:
    target.host()
    sell_many(300)
    with process("send", program=PROGRAM) as sender:
        await_line(sender, "send")
        wait_until(lambda: target.take_until(1), what="the first events")
        kill(sender)
    target.take()
    assert len(target.numbers()) < 300, "it was killed too late"
    with connection_for(sample.SHOP).cursor() as cursor:
        cursor.execute("UPDATE checkpoint SET lease_expires_at = NULL")  # it would be over in five seconds
    drain(timeout=20)
    assert_all_arrived(target, 300)


def test_two_processes_compete_and_one_of_them_sends(target: Receiver) -> None:
    target.host()
    with ExitStack() as stack:
        for sender in [stack.enter_context(process("send", program=PROGRAM)) for _ in range(2)]:
            await_line(sender, "send")
        sell_many(120)
        assert_all_arrived(target, 120)
        wait_until(lambda: lag()[0].events == 0, what="the last commit")
    target.take()
    assert len(target.received) == 120  # nobody was killed, so nothing came twice


def test_broker_that_is_killed_costs_time_loses_nothing_and_parks_nothing(target: Receiver) -> None:
    if not isinstance(target.broker, RabbitMq):
        with redis.Redis.from_url(target.broker.url) as client:
            client.config_set("appendfsync", "always")  # until it is started again
    target.host()
    dispatcher = Dispatcher()
    dispatcher.start()
    try:
        sell_many(40)
        wait_until(dispatcher_is_idle, what="the first events to be confirmed")
        for number in range(40, 60):
            sell(number, item=f"item {number % 5}")
        target.broker.kill()
        for number in range(60, 80):
            sell(number, item=f"item {number % 5}")
        wait_until(lambda: not dispatcher_is_idle(), what="events to wait")
        target.broker.start()
        assert_all_arrived(target, 80)
        wait_until(dispatcher_is_idle, what="the last commit")
    finally:
        dispatcher.stop()
    assert parked(statuses=tuple(ParkedStatus)) == ()
    assert lag()[0].failures == 0


def dispatcher_is_idle() -> bool:
    return lag()[0].events == 0


@pytest.mark.parametrize("broker", ["redis"], indirect=True)
def test_no_attempt_is_counted_while_the_broker_is_away(target: Receiver) -> None:
    target.host()
    sell(1)
    drain()
    target.broker.stop()
    try:
        sell(2)
        for _ in range(outlet.ATTEMPTS + 2):
            with pytest.raises(BrokerUnavailable, match="Its events wait in the log") as failed:
                drain()
        assert "@" not in str(failed.value)
    finally:
        target.broker.start()
    drain()
    target.take()
    assert target.numbers() == [1, 2]
    assert lag()[0].failures == 0


def test_event_that_is_too_large_is_parked_and_holds_up_its_key_alone(target: Receiver) -> None:
    target.host(options="start=beginning&max_bytes=3000")
    for number in range(6):
        sell(number, item=LARGE if number in (2, 4) else "small")
    drain(timeout=20, allow_parked=True)
    target.take()
    assert target.numbers() == [0, 1, 3, 5]
    (stuck,) = parked(subscription=target.subscription)
    assert (stuck.key, stuck.behind) == (LARGE, 1)
    assert "takes 3000" in stuck.error
    target.host()
    redrive(subscription=target.subscription)
    drain(timeout=10)
    target.take()
    assert target.numbers() == [0, 1, 3, 5, 2, 4]


@pytest.mark.parametrize("broker", ["rabbitmq"], indirect=True)
def test_event_that_the_broker_itself_refuses_is_parked_and_the_rest_of_its_wave_arrives(target: Receiver) -> None:
    assert isinstance(target.broker, RabbitMq)
    target.host()
    limit(target.broker, 3000)
    try:
        for number in range(5):
            sell(number, item=LARGE if number == 1 else f"item {number}")
        drain(timeout=20, allow_parked=True)
    finally:
        limit(target.broker, 16_000_000)
    target.take()
    assert sorted(target.numbers()) == [0, 2, 3, 4]
    (stuck,) = parked(subscription=target.subscription)
    assert "RabbitMQ refuses sample_shop.sold" in stuck.error


@pytest.mark.parametrize("broker", ["redis"], indirect=True)
def test_value_that_the_server_does_not_take_is_told_apart_before_it_closes_the_connection(target: Receiver) -> None:
    with redis.Redis.from_url(target.broker.url) as client:
        before = client.config_get("proto-max-bulk-len")["proto-max-bulk-len"]
        client.config_set("proto-max-bulk-len", 1_048_576)
        sender = new_sender(parse_targets(f"{sample.SHOP}={target.url('')}")[0])
        small = Message(event_id="1", name="x", publisher=sample.SHOP, key="a", body=b"{}")
        try:
            with pytest.raises(EventRefused) as refused:
                sender.send([small, replace(small, body=b" " * 1_048_577)])
        finally:
            client.config_set("proto-max-bulk-len", before)
            sender.close()
    assert refused.value.index == 1


def limit(broker: RabbitMq, size: int) -> None:
    """How large a message the node takes on channels that are opened from now on."""
    broker._control(
        "eval",
        f"application:set_env(rabbit, max_message_size, {size}), persistent_term:put(max_message_size, {size}).",
    )
