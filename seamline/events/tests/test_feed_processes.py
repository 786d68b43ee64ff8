"""A subscriber whose publisher is another process: all arrives once and in order, whatever happens to the publisher."""

from __future__ import annotations

import functools
import json
import random
import threading
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.conf import settings as django_settings
from django.db import connections

from seamline.embedded.ports import free_port
from seamline.events import start_dispatcher, stop_dispatcher
from seamline.events.feed import FeedUnavailable
from seamline.events.feed_readers import remote_readers
from seamline.events.http_feed import HttpFeed
from seamline.events.signals import CHANNEL
from seamline.events.subscription import Subscription
from seamline.events.tests import sample
from seamline.events.tests.feed_server import feed_server, kill
from seamline.modules import Module, registry
from seamline.testing.waiting import wait_until

OLD, NEW = f"old:{'o' * 32}", f"new:{'n' * 32}"
_INSERT = (
    "INSERT INTO event_log (event_id, name, schema_version, key, data) "
    "VALUES (gen_random_uuid(), 'sample_shop.sold', 1, %s, %s)"
)


class Writer:
    """Writes into the shop's log as its own process would, on a connection of its own."""

    def __init__(self, admin_url: str) -> None:
        self.connection = psycopg.connect(admin_url, options=f"-c search_path={sample.SHOP}")

    def write(self, item: str, number: int) -> None:
        self.connection.execute(_INSERT, [item, json.dumps({"item": item, "number": number})])

    def commit(self) -> None:
        self.connection.commit()
        self.connection.execute("SELECT pg_notify(%s, %s)", [CHANNEL, sample.SHOP])
        self.connection.commit()


@pytest.fixture
def port(shop: None, settings: Any) -> Iterator[int]:
    """A free port where the shop is to be; this process hosts the ledger alone, and reads the shop there."""
    connections[sample.SHOP].close()
    django_settings.DATABASES.pop(sample.SHOP)
    registry._HOSTED.pop(sample.SHOP)
    chosen = free_port()
    settings.SEAMLINE_FEEDS = {sample.SHOP: f"http://127.0.0.1:{chosen}"}
    yield chosen
    stop_dispatcher()
    sample.add_aliases()


def host(subscription: Subscription) -> None:
    registry._HOSTED.clear()
    registry.register(Module(name=sample.LEDGER, owner="tests", contract=sample.Ledger, subscriptions=(subscription,)))


def write_many(admin_url: str, *, item: str, numbers: range, pause: float) -> None:
    """One event a transaction; a tenth of the attempts is rolled back and leaves a hole."""
    chance = random.Random(item)
    writer = Writer(admin_url)
    with writer.connection:
        for number in numbers:
            while chance.random() < 0.1:
                writer.write(item, -number)
                writer.connection.rollback()
            writer.write(item, number)
            time.sleep(chance.random() * pause)
            writer.commit()


def test_nothing_is_lost_doubled_or_out_of_order_through_kills_late_commits_and_new_keys(
    port: int, admin_url: str, settings: Any
) -> None:
    settings.SEAMLINE_INTERNAL_KEYS = OLD
    host(sample.subscription(partitions=2))
    items, each = [f"item {index}" for index in range(4)], 150
    start_dispatcher()  # before there is any publisher
    late = Writer(admin_url)
    with feed_server(port, SEAMLINE_INTERNAL_KEYS=OLD) as server, late.connection:
        late.write("late", 1)
        held_since = time.monotonic()
        writers = [
            threading.Thread(
                target=write_many,
                args=(admin_url,),
                kwargs={"item": item, "numbers": range(1, each + 1), "pause": 0.02},
            )
            for item in items
        ]
        for writer in writers:
            writer.start()
        wait_until(lambda: time.monotonic() - held_since > 1.0)
        assert sample.effects("late") == []
        late.commit()
        wait_until(lambda: sample.effects("late") == [1])
        kill(server)
    probe = Writer(admin_url)
    with feed_server(port, SEAMLINE_INTERNAL_KEYS=f"{NEW},{OLD}"), probe.connection:
        for own in (OLD, f"{NEW},{OLD}"):
            settings.SEAMLINE_INTERNAL_KEYS = own
            probe.write(own, 1)
            probe.commit()
            wait_until(functools.partial(sample.effects, own), seconds=20)
    settings.SEAMLINE_INTERNAL_KEYS = NEW
    with feed_server(port, SEAMLINE_INTERNAL_KEYS=NEW):
        for writer in writers:
            writer.join(30)
        wait_until(lambda: len(sample.effects()) == each * len(items) + 3, seconds=20)
        settings.SEAMLINE_INTERNAL_KEYS = OLD
        with pytest.raises(FeedUnavailable, match="signature_key_unknown"):
            HttpFeed(publisher=sample.SHOP, url=settings.SEAMLINE_FEEDS[sample.SHOP]).end()
    for item in items:
        assert sample.effects(item) == list(range(1, each + 1))


def test_effects_follow_each_commit_elsewhere_and_the_publisher_knows_its_reader(port: int, admin_url: str) -> None:
    host(sample.subscription())
    writer = Writer(admin_url)
    with feed_server(port), writer.connection:
        writer.write("first", 0)
        writer.commit()
        start_dispatcher()
        wait_until(lambda: sample.effects("first") == [0])
        for number in range(30):
            writer.write("pear", number)
            writer.commit()
            wait_until(lambda wanted=number: len(sample.effects("pear")) == wanted + 1)
        sample.add_aliases()
        (reader,) = wait_until(lambda: remote_readers(sample.SHOP))
        assert (reader.subscription, reader.caller) == ("sample_ledger.book", sample.LEDGER)
