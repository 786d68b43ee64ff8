"""Partitions: several workers, one owner of each partition at a time, order per key, and dividing the keys anew."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from seamline.data import atomic, connection_for
from seamline.events import drain, publish, redrive
from seamline.events.courier import Courier
from seamline.events.couriers import couriers_of
from seamline.events.feed import SqlFeed
from seamline.events.partition import Partition
from seamline.events.tests import sample
from seamline.modules.registry import module_named
from seamline.testing import wait_until

KEYS = [f"fruit {number}" for number in range(24)]


def sell_everywhere(count: int) -> None:
    """Publish so many events for each key, a few keys in one transaction."""
    for number in range(count):
        for start in range(0, len(KEYS), 6):
            with atomic(sample.SHOP):
                publish(*(sample.Sold(item=key, number=number) for key in KEYS[start : start + 6]))


def couriers() -> tuple[Courier, ...]:
    return couriers_of(module_named(sample.LEDGER))


def rows() -> list[tuple[Any, ...]]:
    with connection_for(sample.LEDGER).cursor() as cursor:
        cursor.execute("SELECT partition, partitions, position, handled FROM checkpoint ORDER BY partition")
        return list(cursor.fetchall())


def assert_each_once_in_order(count: int) -> None:
    for key in KEYS:
        assert sample.effects(key) == list(range(count)), key


def test_python_and_postgresql_divide_keys_alike(shop: None) -> None:
    keys = [*KEYS, "", "Ärger", "令", "x" * 300]
    for count in (1, 2, 3, 7, 64):
        shares = [Partition(index=index, count=count) for index in range(count)]
        for key in keys:
            assert sum(share.holds(key) for share in shares) == 1
            with connection_for(sample.LEDGER).cursor() as cursor:
                for share in shares:
                    cursor.execute(f"SELECT true{share.condition} FROM (SELECT %s::text AS key) AS one", [key])
                    assert cursor.fetchone()[0] is share.holds(key)


def test_every_partition_has_a_share_of_the_keys() -> None:
    shares = [Partition(index=index, count=8) for index in range(8)]
    counts = [sum(share.holds(f"0198c3-{number}") for number in range(800)) for share in shares]

    assert min(counts) > 60


def test_partition_beyond_the_count_is_refused() -> None:
    with pytest.raises(ValueError, match="Partition 4 of 4 does not exist"):
        Partition(index=4, count=4)


def test_all_partitions_together_deliver_each_event_once_in_order(shop: None) -> None:
    sample.host(sample.subscription(partitions=4))
    sell_everywhere(5)

    assert drain() == 5 * len(KEYS)

    assert_each_once_in_order(5)
    assert [row[:2] for row in rows()] == [(0, 4), (1, 4), (2, 4), (3, 4)]
    assert sum(row[3] for row in rows()) == 5 * len(KEYS)


def test_order_per_key_holds_while_workers_come_and_go(shop: None) -> None:
    sample.host(sample.subscription(partitions=4))
    finished: list[int] = []

    def work(index: int) -> None:
        for _ in range(12):  # each round is a new worker, as after a restart
            mine = list(couriers())
            random.shuffle(mine)
            for courier in mine:
                courier.burst(seconds=0.02)
        finished.append(index)

    writers = sample.in_threads(1, lambda index: sell_everywhere(12))
    workers = sample.in_threads(3, work)
    for thread in (*writers, *workers):
        thread.join(30)
    drain()

    assert len(finished) == 3
    assert_each_once_in_order(12)


def test_failing_key_is_retried_by_its_partition_alone(shop: None) -> None:
    sample.host(sample.subscription(partitions=4, max_attempts=1))
    bad = KEYS[3]

    def fail(delivery: Any) -> None:
        if delivery.event.item == bad:
            raise RuntimeError("no")

    sample.behaviour["handle"] = fail
    sell_everywhere(3)
    drain(allow_parked=True)
    assert sample.effects(bad) == []
    assert all(sample.effects(key) == [0, 1, 2] for key in KEYS if key != bad)

    sample.behaviour.clear()
    redrive()
    drain()

    assert_each_once_in_order(3)


def test_others_leave_a_partition_alone_until_its_lease_expires(
    shop: None, shop_connection: psycopg.Connection
) -> None:
    sample.host(sample.subscription(batch=10, handler=f"{sample.__name__}:book_all"))
    sample.sell(*range(40))
    (first,) = couriers()
    first._burst_ends = float("inf")
    assert first.step().handled == 10  # in the middle of a backlog: the lease is kept

    (second,) = couriers()
    assert second.burst().busy
    assert len(sample.effects()) == 10

    shop_connection.execute(
        f"UPDATE {sample.LEDGER}.checkpoint SET lease_expires_at = clock_timestamp() - interval '1 second'"
    )
    shop_connection.commit()
    assert second.burst().handled == 30
    assert first.step().handled == 0  # the one that slept sees that others were faster
    assert sample.effects() == list(range(40))


def test_lease_is_free_after_the_last_batch(shop: None) -> None:
    sample.host(sample.subscription(batch=10, handler=f"{sample.__name__}:book_all"))
    sample.sell(*range(25))
    (first,) = couriers()

    assert first.burst().handled == 25

    sample.sell(25)
    (second,) = couriers()
    assert second.burst().handled == 1


def test_burst_that_ends_in_a_backlog_gives_the_lease_back(shop: None) -> None:
    sample.host(sample.subscription(batch=1, handler=f"{sample.__name__}:book_all"))
    sample.sell(*range(5))
    (first,) = couriers()

    step = first.burst(stopping=lambda: True)

    assert (step.handled, step.again) == (1, True)
    (second,) = couriers()
    assert second.burst().handled == 4


@pytest.mark.parametrize(("before", "after"), [(1, 4), (4, 1), (3, 5)])
def test_dividing_anew_loses_and_repeats_nothing(shop: None, before: int, after: int) -> None:
    sample.host(sample.subscription(partitions=before, batch=2, handler=f"{sample.__name__}:book_all"))
    sell_everywhere(4)
    for progress, courier in enumerate(couriers()):
        for _ in range(progress + 1):  # each partition stands somewhere else
            courier.step()
    sell_everywhere_from(4, until=8)

    sample.host(sample.subscription(partitions=after, batch=2, handler=f"{sample.__name__}:book_all"))
    drain()

    assert_each_once_in_order(8)
    assert [row[:2] for row in rows()] == [(index, after) for index in range(after)]
    assert sum(row[3] for row in rows()) == 8 * len(KEYS)


def sell_everywhere_from(first: int, *, until: int) -> None:
    for number in range(first, until):
        with atomic(sample.SHOP):
            publish(*(sample.Sold(item=key, number=number) for key in KEYS))


def test_process_with_the_old_number_of_partitions_stands_aside(shop: None) -> None:
    sample.host(sample.subscription(partitions=2))
    old = couriers()
    sell_everywhere(1)
    assert sum(courier.burst().handled for courier in old) == len(KEYS)
    sample.host(sample.subscription(partitions=3))
    drain()
    sell_everywhere_from(1, until=2)

    assert [courier.burst().handled for courier in old * 3] == [0] * 6
    drain()

    assert_each_once_in_order(2)
    assert len(rows()) == 3


def test_dividing_anew_waits_while_another_worker_is_in_a_backlog(shop: None) -> None:
    sample.host(sample.subscription(batch=2, handler=f"{sample.__name__}:book_all"))
    sell_everywhere(2)
    (worker,) = couriers()
    worker._burst_ends = float("inf")
    worker.step()

    sample.host(sample.subscription(partitions=2, batch=2, handler=f"{sample.__name__}:book_all"))
    assert couriers()[0].burst().busy
    worker.burst()
    drain()

    assert_each_once_in_order(2)
    assert len(rows()) == 2


def test_new_subscription_starts_at_a_time(shop: None) -> None:
    sample.sell(1, 2)
    with connection_for(sample.SHOP).cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment = cursor.fetchone()[0]
    sample.sell(3)
    sample.sell(4)
    sample.host(sample.subscription(start=moment))

    drain()

    assert sample.effects() == [3, 4]


def test_start_at_a_time_to_come_takes_only_what_is_published_later(shop: None) -> None:
    sample.sell(1)
    sample.host(sample.subscription(start=datetime.now(UTC) + timedelta(days=1)))
    drain()
    sample.sell(2)
    drain()

    assert sample.effects() == [2]


def test_start_at_a_time_skips_no_event_that_commits_late(shop: None, shop_connection: psycopg.Connection) -> None:
    moment = datetime.now(UTC) - timedelta(minutes=1)
    shop_connection.execute(
        "INSERT INTO event_log (event_id, name, schema_version, key, data) VALUES "
        "(gen_random_uuid(), 'sample_shop.sold', 1, 'pear', '{\"item\": \"pear\", \"number\": 1}')"
    )
    sample.sell(2)
    feed = SqlFeed(publisher=sample.SHOP)

    assert feed.position_at(at=moment) is None
    shop_connection.commit()
    wait_until(lambda: feed.position_at(at=moment) is not None)
    sample.host(sample.subscription(start=moment))
    drain()

    assert sample.effects() == [1, 2]


def test_counters_and_rate_follow_what_was_handled(shop: None) -> None:
    sample.host(sample.subscription())
    sample.sell(*range(60))
    drain()

    with connection_for(sample.LEDGER).cursor() as cursor:
        cursor.execute("SELECT handled, failures, rate FROM checkpoint")
        handled, failures, rate = cursor.fetchone()

    assert (handled, failures) == (60, 0)
    assert 0.9 < rate <= 1.0  # 60 events, averaged over a minute
