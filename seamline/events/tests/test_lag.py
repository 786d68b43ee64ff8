"""The state of subscriptions: partitions, counters, estimates of long backlogs, and who holds a log back."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import psycopg
import pytest

from seamline.data import atomic, connection_for
from seamline.events import behind, drain, lag, logs, open_writers, publish, sums
from seamline.events.lag import Lag
from seamline.events.tests import sample
from seamline.events.tests.sample import LEDGER, SHOP, Renamed, sell, subscription

pytestmark = pytest.mark.usefixtures("shop")


def sell_many(count: int, *, rest: int = 0) -> None:
    """Wanted events, and after each so many of another name, without the time that publishing takes."""
    with connection_for(SHOP).cursor() as cursor:
        cursor.execute(
            "INSERT INTO event_log (event_id, name, schema_version, key, data) SELECT gen_random_uuid(), "
            "CASE WHEN i %% %s = 0 THEN 'sample_shop.sold' ELSE 'sample_shop.renamed' END, 1, 'k' || i, '{}' "
            "FROM generate_series(0, %s) AS i",
            [rest + 1, count * (rest + 1) - 1],
        )


def test_unstarted_subscription_counts_the_whole_log_and_says_that_it_has_not_begun() -> None:
    sample.host(subscription(partitions=4))
    sell(1, 2)
    (state,) = lag()
    assert (state.position, state.partitions, state.events, state.handled) == (None, 4, 2, 0)


def test_each_partition_has_a_row_and_the_sum_is_the_whole() -> None:
    sample.host(subscription(partitions=4))
    drain()
    items = [f"item {number}" for number in range(20)]
    for item in items:
        sell(1, item=item)
    states = lag()
    assert [state.partition for state in states] == [0, 1, 2, 3]
    assert all(0 < state.events < 20 for state in states)
    (whole,) = sums(states)
    assert (whole.partition, whole.events, whole.estimated) == (None, 20, False)
    assert whole.seconds == max(state.seconds for state in states) > 0
    drain()
    (whole,) = sums(lag())
    assert (whole.events, whole.seconds, whole.handled, whole.failures) == (0, 0.0, 20, 0)
    assert whole.rate > 0
    assert whole.moved_at is not None


def test_the_shelf_is_counted_where_the_key_belongs() -> None:
    def fail(delivery: Any) -> None:
        if delivery.event.item == "plum":
            raise ValueError("poison")

    sample.host(subscription(partitions=3))
    sample.behaviour["handle"] = fail
    sell(1, 2, item="plum")
    sell(1, item="pear")
    drain(allow_parked=True)
    (holder,) = [state for state in lag() if state.parked]
    assert (holder.parked, holder.waiting, holder.retrying, holder.failures) == (1, 1, 0, 3)
    assert holder.failing_since is not None
    assert [state.waiting for state in lag() if state.partition != holder.partition] == [0, 0]


def test_rate_decays_to_now() -> None:
    sample.host(subscription())
    sell(1)
    drain()
    now = lag()[0].rate
    with connection_for(LEDGER).cursor() as cursor:
        cursor.execute("UPDATE checkpoint SET updated_at = updated_at - interval '5 minutes'")
    assert 0 < lag()[0].rate < now / 100


def test_long_backlog_is_estimated_from_its_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(behind, "SCAN", 100)
    monkeypatch.setattr(behind, "LEAST_SCAN", 100)
    sample.host(subscription())
    sell_many(500, rest=3)
    (state,) = lag()
    assert state.estimated
    assert state.events == pytest.approx(500, rel=0.05)
    assert state.seconds > 0


def test_backlog_within_the_scan_is_counted_and_events_of_other_names_are_not() -> None:
    sample.host(subscription())
    drain()
    with atomic(SHOP):
        publish(Renamed(item="pear"))
    (state,) = lag()
    assert (state.events, state.seconds, state.estimated) == (0, 0.0, False)


def test_lease_of_whoever_is_in_the_middle_of_a_backlog_is_named_until_it_expires() -> None:
    sample.host(subscription())
    drain()
    with connection_for(LEDGER).cursor() as cursor:
        cursor.execute("UPDATE checkpoint SET lease_owner = 'a:1:b', lease_expires_at = now() + interval '1 minute'")
    assert lag()[0].lease_owner == "a:1:b"
    with connection_for(LEDGER).cursor() as cursor:
        cursor.execute("UPDATE checkpoint SET lease_expires_at = now() - interval '1 second'")
    assert lag()[0].lease_owner is None


def test_open_and_prepared_writers_are_named(shop_connection: psycopg.Connection) -> None:
    insert = (
        "INSERT INTO event_log (event_id, name, schema_version, key, data) "
        "VALUES (gen_random_uuid(), 'sample_shop.sold', 1, 'x', '{}')"
    )
    name = f"prepared-{uuid4().hex}"
    shop_connection.execute(insert)
    shop_connection.execute(f"PREPARE TRANSACTION '{name}'")
    shop_connection.execute(insert)
    prepared, running = sorted(open_writers(), key=lambda writer: writer.process is not None)
    assert (prepared.publisher, prepared.process, prepared.prepared) == (SHOP, None, name)
    assert prepared.seconds > 0
    assert repr(name) in prepared.text
    assert running.process == shop_connection.info.backend_pid


def test_logs_tell_their_heads() -> None:
    before = {log.publisher: log.head for log in logs()}
    sell(1)
    after = {log.publisher: log.head for log in logs()}
    assert after[SHOP] > before[SHOP]
    assert after[LEDGER] == before[LEDGER]


def test_sum_is_as_far_as_the_last_and_as_sure_as_the_least_sure() -> None:
    def of(**values: Any) -> Lag:
        return Lag(subscription="s", publisher="p", partitions=2, **values)

    quick = of(partition=0, position=9, seconds=1.0, paused=True)
    slow = of(partition=1, position=4, seconds=7.0, estimated=True, reachable=False)
    (whole,) = sums([quick, slow])
    assert (whole.partition, whole.position, whole.seconds) == (None, 4, 7.0)
    assert (whole.estimated, whole.reachable, whole.paused) == (True, False, False)
