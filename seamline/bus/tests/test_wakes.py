"""From commit to effect over real brokers: wake-ups that arrive, that are lost, and that ask for nothing."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings

from seamline.bus.application import DELIVER, SWEEP, application, queue_name
from seamline.bus.post import MOST_WAKES, Post
from seamline.bus.sender import sender, wakes_of
from seamline.events.tests import sample
from seamline.testing import wait_until
from seamline.testing.brokers import Broker

Start = Callable[..., Any]


def length(module: str = sample.LEDGER) -> int:
    with application().connection_for_write() as connection:
        queue = application().amqp.queues[queue_name(module)]
        return int(queue.bind(connection.default_channel).queue_declare().message_count)


def test_beat_alone_delivers_retries_and_starts_jobs_when_every_wake_is_lost(broker: Broker, role: Start) -> None:
    with role("worker", SAMPLE_JOBS="yes", SAMPLE_CONCURRENCY="1"), role("beat"):
        # A job that takes a minute is under way in the only process.
        wait_until(lambda: sample.effects("tick"), seconds=30)
        settings.EVENT_BUS = "thread"
        sample.sell(1, 2, 3)
        sample.sell(4, item="flaky")
        assert sender()._thread is None
        wait_until(lambda: len(sample.effects()) == 5, seconds=10)
        assert sample.effects("pear") == [1, 2, 3]
        assert sample.effects("flaky") == [4]


def test_publishing_neither_fails_nor_waits_while_the_broker_is_down(broker: Broker, role: Start) -> None:
    sample.sell(1)
    wait_until(lambda: length() > 0)
    broker.kill()
    taken = []
    try:
        for number in range(2, 30):
            started = time.monotonic()
            sample.sell(number)
            taken.append(time.monotonic() - started)
    finally:
        broker.start()
    # Of one sale, a busy machine may have made more than the broker did.
    assert statistics.median(taken) < 0.5
    with role("worker"):
        # No beat: what told of these was kept until the broker was back.
        wait_until(lambda: sample.effects() == list(range(1, 30)), seconds=30)


def test_many_commits_become_few_tasks(broker: Broker) -> None:
    for number in range(300):
        sample.sell(number)
    wait_until(lambda: not sender()._publishers and length() > 0)
    assert length() < 300 * len(wakes_of(sample.SHOP)) / 2


def test_a_queue_that_nobody_reads_stays_bounded(broker: Broker) -> None:
    post = Post()
    sent = [
        post.send(task=DELIVER, arguments=("sample_ledger.book", "sample_shop", 0), module=sample.LEDGER, most=50)
        for _ in range(40)
    ]
    assert all(sent)
    fresh = Post()
    assert MOST_WAKES > 50
    assert fresh.send(task=SWEEP, arguments=(sample.LEDGER,), module=sample.LEDGER, most=40) is False
    assert length() == 40
    for each in (post, fresh):
        each.close()


@pytest.mark.parametrize(
    ("task", "arguments"),
    [
        (DELIVER, ["nobody.knows", "sample_shop", 0]),
        (DELIVER, ["sample_ledger.book", "elsewhere", 0]),
        (DELIVER, ["sample_ledger.book", "sample_shop", 63]),
        (DELIVER, ["sample_ledger.book", "sample_shop", -1]),
        (DELIVER, ["sample_ledger.book", "sample_shop", True]),
        (DELIVER, ["x" * 1_000_000, {"a": []}, "0"]),
        (SWEEP, ["nobody"]),
        (SWEEP, [None]),
    ],
)
def test_tasks_that_name_nothing_do_nothing(broker: Broker, task: str, arguments: list[Any]) -> None:
    application().loader.import_default_modules()
    sample.sell(1)
    assert application().tasks[task](*arguments) is None
    assert sample.effects() == []
