"""Late commits: no reader skips an event, and only a transaction that writes events can hold one back."""

from __future__ import annotations

import random
import time

import psycopg
import pytest
from hypothesis import HealthCheck, given, strategies
from hypothesis import settings as hypothesis_settings

from seamline.data import atomic, connection_for
from seamline.events import publish
from seamline.events.feed import SqlFeed
from seamline.events.tail import Tail
from seamline.events.tests import sample
from seamline.events.tests.sample import SHOP, Sold
from seamline.testing import wait_until

pytestmark = pytest.mark.usefixtures("shop")

INSERT = """
INSERT INTO event_log (event_id, name, schema_version, key, data)
VALUES (gen_random_uuid(), 'sample_shop.sold', 1, %s, jsonb_build_object('item', 'pear', 'number', %s::int))
RETURNING position
"""


def write(connection: psycopg.Connection, number: int = 1) -> int:
    return connection.execute(INSERT, ["pear", number]).fetchone()[0]


@pytest.fixture
def start() -> int:
    """Where the log ends before the test, after one event: its numbers go on from test to test."""
    sample.sell(0)
    end = Tail(settled=0).end(connection_for(SHOP))
    assert end is not None
    return end


def read_all(feed: SqlFeed, after: int = 0) -> tuple[list[int], int]:
    found: list[int] = []
    while True:
        batch = feed.read(after=after, limit=100, names=("sample_shop.sold",))
        found += [event.position for event in batch.events]
        after = batch.position
        if not batch.more:
            return found, after


def test_event_that_commits_late_is_read_in_its_place(shop_connection: psycopg.Connection) -> None:
    feed = SqlFeed(publisher=SHOP)
    sample.sell(1)
    first, after = read_all(feed)
    late = write(shop_connection)
    sample.sell(3)
    assert read_all(feed, after) == ([], after)
    assert feed.read(after=after, limit=10, names=()).held_back
    shop_connection.commit()
    assert read_all(feed, after) == ([late, late + 1], late + 1)
    assert first == [late - 1]


def test_hole_of_a_rollback_is_passed(shop_connection: psycopg.Connection) -> None:
    hole = write(shop_connection)
    shop_connection.rollback()
    sample.sell(2)
    assert read_all(SqlFeed(publisher=SHOP))[0] == [hole + 1]


def test_prefix_before_the_hole_is_read_at_once(shop_connection: psycopg.Connection, start: int) -> None:
    sample.sell(1, 2)
    late = write(shop_connection)
    sample.sell(4)
    assert read_all(SqlFeed(publisher=SHOP), start) == ([late - 2, late - 1], late - 1)


def test_hole_of_a_rolled_back_savepoint_is_passed_while_the_transaction_goes_on(
    shop_connection: psycopg.Connection,
) -> None:
    with pytest.raises(ZeroDivisionError), shop_connection.transaction(), shop_connection.transaction():
        write(shop_connection)
        raise ZeroDivisionError
    with shop_connection.transaction():
        kept = write(shop_connection)
    shop_connection.commit()
    assert read_all(SqlFeed(publisher=SHOP))[0] == [kept]


def test_transaction_without_events_holds_nobody_back(admin_url: str, shop_connection: psycopg.Connection) -> None:
    hole = write(shop_connection)
    shop_connection.rollback()
    with psycopg.connect(admin_url) as unrelated:
        unrelated.execute("CREATE TABLE public.unrelated (number int)")  # has a transaction id, open
        sample.sell(2)
        assert read_all(SqlFeed(publisher=SHOP)) == ([hole + 1], hole + 1)
        unrelated.rollback()


def test_new_writers_do_not_prolong_the_wait_for_an_old_hole(
    admin_url: str, shop_connection: psycopg.Connection, start: int
) -> None:
    feed = SqlFeed(publisher=SHOP)
    hole = write(shop_connection)
    sample.sell(2)
    assert read_all(feed, start) == ([], hole - 1)
    with psycopg.connect(admin_url, options=f"-c search_path={SHOP}") as newer:
        write(newer)
        assert read_all(feed, hole - 1) == ([], hole - 1)  # a look while both are there
        shop_connection.rollback()
        assert read_all(feed, hole - 1) == ([hole + 1], hole + 1)
        newer.rollback()


@pytest.mark.parametrize("seen_before", [True, False], ids=["seen before PREPARE", "seen after PREPARE"])
def test_prepared_transaction_is_waited_for_under_its_new_name(
    shop_connection: psycopg.Connection, seen_before: bool, start: int
) -> None:
    if shop_connection.execute("SHOW max_prepared_transactions").fetchone() == ("0",):
        pytest.skip("this server has max_prepared_transactions = 0: no transaction can be prepared on it")
    feed = SqlFeed(publisher=SHOP)
    late = write(shop_connection)
    sample.sell(2)
    if seen_before:
        assert read_all(feed, start) == ([], late - 1)
    shop_connection.execute("PREPARE TRANSACTION 'late'")
    shop_connection.rollback()
    for _ in range(3):
        assert read_all(feed, late - 1) == ([], late - 1)
    shop_connection.autocommit = True
    shop_connection.execute("COMMIT PREPARED 'late'")
    shop_connection.autocommit = False
    assert read_all(feed, late - 1) == ([late, late + 1], late + 1)


def test_end_of_the_log_is_known_once_open_writers_have_ended(shop_connection: psycopg.Connection) -> None:
    tail = Tail(settled=0)
    late = write(shop_connection)
    sample.sell(2)
    connection = connection_for(SHOP)
    assert tail.end(connection) is None
    shop_connection.commit()
    assert tail.end(connection) == late + 1


def test_four_writers_with_delays_and_rollbacks_lose_no_event_and_keep_the_order() -> None:
    committed: list[int] = []

    def writer(index: int) -> None:
        dice = random.Random(index)
        for round_ in range(60):
            number = index * 1000 + round_
            try:
                with atomic(SHOP):
                    publish(Sold(item=f"item {index}", number=number))
                    time.sleep(dice.choice((0, 0, 0.001, 0.01)))
                    if dice.random() < 0.1:
                        raise ZeroDivisionError
                    if dice.random() < 0.1:
                        with pytest.raises(ZeroDivisionError), atomic(SHOP):
                            publish(Sold(item=f"item {index}", number=-1))
                            raise ZeroDivisionError
            except ZeroDivisionError:
                continue
            committed.append(number)

    feed, after = SqlFeed(publisher=SHOP), 0
    threads = sample.in_threads(4, writer)
    seen: list[int] = []
    numbers: dict[str, list[int]] = {}

    def read() -> bool:
        nonlocal after
        running = any(thread.is_alive() for thread in threads)
        batch = feed.read(after=after, limit=7, names=("sample_shop.sold",))
        after = batch.position
        for event in batch.events:
            seen.append(event.position)
            sold = event.decode()
            assert isinstance(sold, Sold)
            numbers.setdefault(sold.item, []).append(sold.number)
        return not running and not batch.events and not batch.held_back and not batch.more

    wait_until(read, seconds=30, every=0.0005, what="all events to be read")
    assert seen == sorted(seen)
    assert sorted(number for each in numbers.values() for number in each) == sorted(committed)
    assert all(each == sorted(each) for each in numbers.values())


@given(moves=strategies.lists(strategies.sampled_from(["write", "commit", "rollback", "other", "read"]), max_size=25))
@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_interleaving_of_two_writers_and_a_reader_reads_each_commit_once(
    shop_connection: psycopg.Connection, moves: list[str]
) -> None:
    shop_connection.rollback()
    start = Tail(settled=0)
    after = start.end(connection_for(SHOP))
    assert after is not None
    feed = SqlFeed(publisher=SHOP)
    seen: list[int] = []
    pending: list[int] = []
    committed: list[int] = []
    for move in [*moves, "commit", "read"]:
        if move == "write":
            pending.append(write(shop_connection))
        elif move == "other":
            sample.sell(1)
            with connection_for(SHOP).cursor() as cursor:
                cursor.execute("SELECT max(position) FROM event_log")
                committed.append(cursor.fetchone()[0])
        elif move == "commit":
            shop_connection.commit()
            committed += pending
            pending = []
        elif move == "rollback":
            shop_connection.rollback()
            pending = []
        else:
            found, after = read_all(feed, after)
            seen += found
    assert seen == sorted(set(committed))
