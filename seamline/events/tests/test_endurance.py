"""What must not stop a delivery for good: slow handlers, late refusals, races of operators, processes that leave."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from seamline.data import connection_for
from seamline.events import Delivery, ParkedStatus, checkpoint, drain, lag, parked, redrive
from seamline.events.courier import Courier
from seamline.events.couriers import couriers_of
from seamline.events.partition import Partition
from seamline.events.pausing import pause, resume
from seamline.events.shelf import Failure, Head, Shelf
from seamline.events.tests import sample
from seamline.modules.registry import module_named
from seamline.testing import wait_until

pytestmark = pytest.mark.usefixtures("shop")

KEYS = [f"fruit {number}" for number in range(24)]
remembered: list[int] = []


def remember(event: sample.Sold, delivery: Delivery[sample.Sold]) -> None:
    """A handler that needs no database."""
    time.sleep(0.02)
    remembered.append(event.number)


def couriers() -> tuple[Courier, ...]:
    return couriers_of(module_named(sample.LEDGER))


def sell_everywhere(first: int, *, until: int) -> None:
    for number in range(first, until):
        for key in KEYS:
            sample.sell(number, item=key)


def administer(connection: psycopg.Connection, statement: str) -> None:
    connection.execute(statement)
    connection.commit()


def test_rate_of_a_subscription_that_wants_nothing_for_long_fades_to_zero(shop_connection: psycopg.Connection) -> None:
    sample.host(sample.subscription())
    sample.sell(1)
    drain()
    administer(
        shop_connection,
        f"UPDATE {sample.LEDGER}.checkpoint SET rate = 1e-300, updated_at = clock_timestamp() - interval '2 hours'",
    )

    assert lag()[0].rate == 0
    sample.sell(2)
    drain()

    assert sample.effects() == [1, 2]


def test_slow_handler_that_needs_no_database_loses_no_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint, "IDLE_LONGER", 0.5)
    monkeypatch.setattr("seamline.events.courier.COMMIT_AFTER", 0.2, raising=False)
    remembered.clear()
    sample.host(sample.subscription(handler=f"{__name__}:remember", timeout=0.1))
    sample.sell(*range(60))

    assert drain(timeout=10) == 60

    assert remembered == list(range(60))


def test_backlog_of_a_slow_handler_is_committed_in_pieces() -> None:
    sample.behaviour["handle"] = lambda delivery: time.sleep(0.02)
    sample.host(sample.subscription())
    sample.sell(*range(60))
    (courier,) = couriers()

    handled = courier.burst(seconds=0.1).handled

    assert handled < 60
    assert sample.effects() == list(range(handled))
    drain()
    assert sample.effects() == list(range(60))


def test_key_on_the_shelf_keeps_its_order_when_a_slow_batch_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seamline.events.courier.COMMIT_AFTER", 0.0)  # after each event
    sample.host(sample.subscription(max_attempts=1))

    def fail(delivery: Any) -> None:
        if delivery.event.item == KEYS[0]:
            raise RuntimeError("no")

    sample.behaviour["handle"] = fail
    sell_everywhere(0, until=1)
    drain(allow_parked=True)
    sell_everywhere(1, until=4)
    (courier,) = couriers()
    courier.step()  # one of another key, and what waits before it
    sample.behaviour.clear()
    redrive()
    drain()

    for key in KEYS:
        assert sample.effects(key) == [0, 1, 2, 3]


def test_retries_of_many_keys_take_no_more_time_than_others_can_spare() -> None:
    def fail(delivery: Any) -> None:
        raise RuntimeError("no")

    sample.behaviour["handle"] = fail
    sample.host(sample.subscription(backoff=0.001, max_attempts=100))
    sell_everywhere(0, until=1)
    (courier,) = couriers()
    while len(parked()) < len(KEYS):
        courier.step()

    sample.behaviour["handle"] = lambda delivery: time.sleep(0.05)
    step = courier.burst(seconds=0.1)

    assert step.again
    assert 0 < step.handled < len(KEYS)
    drain()
    assert len(sample.effects()) == len(KEYS)


def test_paused_subscription_does_not_look_at_each_of_its_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(delivery: Any) -> None:
        raise RuntimeError("no")

    sample.behaviour["handle"] = fail
    sample.host(sample.subscription(backoff=0.001, max_attempts=100))
    sell_everywhere(0, until=1)
    (courier,) = couriers()
    while len(parked()) < len(KEYS):
        courier.step()
    pause("sample_ledger.book", reason="a test")
    asked: list[str] = []
    queue = Shelf.queue
    monkeypatch.setattr(
        Shelf, "queue", lambda self, *, key, limit: asked.append(key) or queue(self, key=key, limit=limit)
    )

    courier.step(at_once=True)

    assert len(asked) == 1


def test_full_shelf_is_not_looked_through_at_every_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[float] = []
    heads = Shelf.heads

    def slow(self: Shelf, *, limit: int) -> tuple[Head, ...]:
        looks.append(time.monotonic())
        time.sleep(0.02)
        return heads(self, limit=limit)

    monkeypatch.setattr(Shelf, "heads", slow)
    sample.host(sample.subscription(backoff=0.05))
    sample.sell(0)
    (courier,) = couriers()
    courier.burst()
    for number in range(1, 6):
        sample.sell(number)
        courier.burst()
    assert len(looks) <= 2
    assert sample.effects() == list(range(6))

    sample.behaviour["handle"] = lambda delivery: 1 / 0
    sample.sell(6)
    step = courier.burst()
    assert step.retry_in is not None
    assert step.retry_in < 0.1
    sample.behaviour.clear()
    wait_until(lambda: courier.burst().handled == 1, seconds=1)  # due, so it is looked for

    assert sample.effects() == list(range(7))


@pytest.fixture
def refusing_commits(shop_connection: psycopg.Connection) -> Iterator[None]:
    """The ledger refuses the number 13, but not before the commit."""
    administer(
        shop_connection,
        f"""
        CREATE FUNCTION {sample.LEDGER}.refuse() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'unlucky'; END $$;
        CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON {sample.LEDGER}.effect DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW WHEN (new.number = 13) EXECUTE FUNCTION {sample.LEDGER}.refuse()
        """,
    )
    yield
    administer(shop_connection, f"DROP FUNCTION {sample.LEDGER}.refuse() CASCADE")


@pytest.mark.usefixtures("refusing_commits")
def test_event_whose_commit_a_trigger_refuses_is_parked_and_others_go_on() -> None:
    sample.host(sample.subscription())
    sample.sell(12)
    sample.sell(13, item="plum")
    sample.sell(14)

    drain(allow_parked=True)

    assert sample.effects() == [12, 14]
    (event,) = parked()
    assert (event.key, event.attempts, event.status) == ("plum", 3, ParkedStatus.PARKED)
    assert "unlucky" in event.error


def test_events_of_a_batch_that_fails_are_counted_once() -> None:
    def fail(delivery: Any) -> None:
        if delivery.event.number == 3:
            raise RuntimeError("no")

    sample.behaviour["handle"] = fail
    sample.host(sample.subscription(batch=10, handler=f"{sample.__name__}:book_all", max_attempts=1))
    for number in range(6):
        sample.sell(number, item=f"fruit {number}")

    assert drain(allow_parked=True) == 6


def test_failure_that_is_noted_late_does_not_undo_a_redrive() -> None:
    sample.host(sample.subscription(backoff=60))
    sample.behaviour["handle"] = lambda delivery: 1 / 0
    sample.sell(1)
    (courier,) = couriers()
    courier.burst()
    redrive()  # while the second attempt, begun before, is still under way:
    shelf = Shelf(subscriber=sample.LEDGER, subscription="sample_ledger.book", publisher=sample.SHOP)
    (event,) = parked()
    shelf.fail_again(Failure(position=event.position, attempts=2, delay=None, error="late", traceback=""))

    (event,) = parked()
    assert (event.status, event.attempts) == (ParkedStatus.RETRYING, 0)


def test_two_who_divide_otherwise_do_not_mix_their_rows(shop_connection: psycopg.Connection) -> None:
    sample.host(sample.subscription(partitions=2))
    sell_everywhere(0, until=1)
    drain()
    table = f"{sample.LEDGER}.checkpoint"
    # One has divided into four and is about to commit: another sees the old rows, and not yet the new ones.
    shop_connection.execute(f"UPDATE {table} SET partitions = 4")
    shop_connection.execute(
        f"INSERT INTO {table} (subscription, publisher, partition, partitions, position) "
        f"SELECT subscription, publisher, index, 4, position FROM {table}, generate_series(2, 3) AS index "
        "WHERE partition = 0"
    )
    sample.host(sample.subscription(partitions=3))
    before = time.monotonic()
    assert couriers()[0].burst().busy
    assert time.monotonic() - before < 2  # did not wait
    shop_connection.commit()
    # Somebody is at work in one of the four.
    shop_connection.execute(f"SELECT FROM {table} WHERE partition = 3 FOR UPDATE")
    assert couriers()[0].burst().busy
    shop_connection.rollback()
    sell_everywhere(1, until=2)

    drain()

    assert {row[:2] for row in rows()} == {(0, 3), (1, 3), (2, 3)}
    for key in KEYS:
        assert sample.effects(key) == [0, 1], key


def rows() -> list[tuple[Any, ...]]:
    with connection_for(sample.LEDGER).cursor() as cursor:
        cursor.execute("SELECT partition, partitions FROM checkpoint ORDER BY partition")
        return list(cursor.fetchall())


def test_those_who_stood_aside_go_on_when_the_others_are_gone(shop_connection: psycopg.Connection) -> None:
    sample.host(sample.subscription(partitions=2))
    old = couriers()
    for courier in old:
        courier.burst()
    sample.host(sample.subscription(partitions=3))
    drain()
    sell_everywhere(0, until=2)
    assert not any(courier.burst().handled for courier in old)
    administer(
        shop_connection, f"UPDATE {sample.LEDGER}.checkpoint SET updated_at = clock_timestamp() - interval '1 hour'"
    )
    for courier in old:
        courier._aside_at = 0.0

    for courier in old * 2:
        courier.burst()

    for key in KEYS:
        assert sample.effects(key) == [0, 1]


def test_those_who_stood_aside_keep_aside_where_nothing_waits(shop_connection: psycopg.Connection) -> None:
    sample.host(sample.subscription(partitions=2))
    old = couriers()
    for courier in old:
        courier.burst()
    sample.host(sample.subscription(partitions=3))
    sell_everywhere(0, until=1)
    drain()
    administer(
        shop_connection, f"UPDATE {sample.LEDGER}.checkpoint SET updated_at = clock_timestamp() - interval '1 hour'"
    )
    for courier in old * 2:
        courier._aside_at = 0.0
        courier.burst()

    assert rows() == [(0, 3), (1, 3), (2, 3)]


def test_paused_subscription_is_divided_when_it_is_resumed() -> None:
    sample.host(sample.subscription(partitions=2))
    drain()
    pause("sample_ledger.book", reason="a test")
    sell_everywhere(0, until=1)
    sample.host(sample.subscription(partitions=3))

    steps = [courier.burst() for courier in couriers()]
    assert all(step.paused and not step.busy for step in steps)  # no reason to ask again every few milliseconds

    resume("sample_ledger.book")
    assert drain() == len(KEYS)


def test_dividing_does_not_wait_for_those_who_write_now(shop_connection: psycopg.Connection) -> None:
    sample.host(sample.subscription(partitions=2, batch=2, handler=f"{sample.__name__}:book_all"))
    sell_everywhere(0, until=1)
    shop_connection.execute("SELECT nextval(pg_get_serial_sequence('event_log', 'position'))")  # a hole for ever
    shop_connection.commit()
    sell_everywhere(1, until=2)
    couriers()[0].burst()
    shop_connection.execute(
        "INSERT INTO event_log (event_id, name, schema_version, key, data) VALUES "
        "(gen_random_uuid(), 'sample_shop.sold', 1, 'pear', '{\"item\": \"pear\", \"number\": 1}')"
    )

    sample.host(sample.subscription(partitions=3, batch=2, handler=f"{sample.__name__}:book_all"))
    mine = couriers()
    for courier in mine * 2:
        courier.burst()

    for key in KEYS:
        assert sample.effects(key) == [0, 1]
    assert {courier.partition for courier in mine} == {Partition(index=index, count=3) for index in range(3)}
