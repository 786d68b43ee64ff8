"""Late commits end to end: what a lane has delivered after writers that take their time, and who is told to hold it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from seamline.data import atomic, connection_for
from seamline.events import open_writers, publish, start_dispatcher, stop_dispatcher
from seamline.events.feed import SqlFeed
from seamline.events.tail import Tail
from seamline.events.tests import sample
from seamline.events.tests.sample import SHOP, Sold, effects, sell, subscription
from seamline.events.tests.test_tail import read_all, write
from seamline.events.watchdog import watchdog
from seamline.testing import wait_until

pytestmark = pytest.mark.usefixtures("shop", "_stopped")


@pytest.fixture
def _stopped(shop: None) -> Iterator[None]:
    yield
    assert stop_dispatcher(timeout=10)
    watchdog().rest()


@pytest.fixture
def start() -> int:
    """Where the log ends before the test, after one event: its numbers go on from test to test."""
    sell(0)
    end = Tail(settled=0).end(connection_for(SHOP))
    assert end is not None
    return end


def test_writers_that_take_seconds_lose_nothing_in_the_lanes_of_a_dispatcher() -> None:
    """One commits late, one rolls back late, one rolls a savepoint back and releases another; many are quick."""
    sample.host(subscription())
    start_dispatcher()
    written, end = threading.Barrier(4), threading.Event()

    def slow(index: int) -> None:
        try:
            with atomic(SHOP):
                publish(Sold(item=f"slow {index}", number=1))
                if index == 2:
                    with pytest.raises(ZeroDivisionError), atomic(SHOP):
                        publish(Sold(item="slow 2", number=-1))
                        raise ZeroDivisionError
                    with atomic(SHOP):
                        publish(Sold(item="slow 2", number=2))
                written.wait(10)
                end.wait(10)
                if index == 1:
                    raise ZeroDivisionError
        except ZeroDivisionError:
            return

    threads = sample.in_threads(3, slow)
    written.wait(10)
    began = time.monotonic()
    numbers = iter(range(10_000))
    sold: list[int] = []

    def quick() -> bool:
        sold.append(next(numbers))
        sell(sold[-1], item="quick")
        return time.monotonic() - began > 1.5

    wait_until(quick, every=0.02, seconds=5)
    assert effects("quick") == []  # held back, not lost and not out of order
    end.set()
    for thread in threads:
        thread.join(10)
    wait_until(lambda: effects("quick") == sold, seconds=10)
    assert (effects("slow 0"), effects("slow 1"), effects("slow 2")) == ([1], [], [1, 2])


def test_rolled_back_savepoint_holds_nobody_back_while_its_transaction_goes_on(
    shop_connection: psycopg.Connection[Any],
) -> None:
    shop_connection.execute("SELECT pg_current_xact_id()")
    with pytest.raises(ZeroDivisionError), shop_connection.transaction():
        hole = write(shop_connection)
        raise ZeroDivisionError
    sell(2)
    assert read_all(SqlFeed(publisher=SHOP)) == ([hole + 1], hole + 1)


def test_released_savepoint_is_waited_for_until_its_transaction_ends(
    shop_connection: psycopg.Connection[Any], start: int
) -> None:
    shop_connection.execute("SELECT pg_current_xact_id()")
    with shop_connection.transaction():
        late = write(shop_connection)
    sell(2)
    feed = SqlFeed(publisher=SHOP)
    assert read_all(feed, start) == ([], late - 1)
    shop_connection.commit()
    assert read_all(feed, start) == ([late, late + 1], late + 1)


def test_prepared_transaction_is_waited_for_by_a_reader_that_began_after_it(
    shop_connection: psycopg.Connection[Any], start: int
) -> None:
    late = write(shop_connection)
    shop_connection.execute("PREPARE TRANSACTION 'late'")
    shop_connection.rollback()
    sell(2)
    for _ in range(2):
        feed = SqlFeed(publisher=SHOP)  # the reader is started anew, twice
        assert read_all(feed, start) == ([], late - 1)
        (writer,) = open_writers()
        assert (writer.prepared, writer.process) == ("late", None)
        assert writer.role
    shop_connection.autocommit = True
    shop_connection.execute("ROLLBACK PREPARED 'late'")
    assert read_all(feed, start) == ([late + 1], late + 1)
    shop_connection.autocommit = False


FOREIGN = {
    "has a transaction id": "SELECT pg_current_xact_id()",
    "writes other tables": "CREATE TABLE public.foreign_one (number int)",
    "locks another table": f"LOCK TABLE {SHOP}.parked_event IN ACCESS EXCLUSIVE MODE",
    "reads the log": f"SELECT * FROM {SHOP}.event_log",
    "writes another log": "INSERT INTO sample_ledger.event_log (event_id, name, schema_version, key, data) "
    "VALUES (gen_random_uuid(), 'sample_ledger.booked', 1, 'x', '{}')",
}


@pytest.mark.parametrize(
    ("what", "prepared"),
    [*((what, False) for what in FOREIGN), ("writes other tables", True), ("writes another log", True)],
)
def test_foreign_transaction_delays_nobody(
    admin_url: str, shop_connection: psycopg.Connection[Any], what: str, prepared: bool
) -> None:
    hole = write(shop_connection)
    shop_connection.rollback()
    with psycopg.connect(admin_url) as foreign:
        foreign.execute(FOREIGN[what])
        if prepared:
            foreign.execute("PREPARE TRANSACTION 'foreign'")
        sell(2)
        began = time.monotonic()
        assert read_all(SqlFeed(publisher=SHOP)) == ([hole + 1], hole + 1)
        assert time.monotonic() - began < 1
        assert [writer for writer in open_writers() if writer.publisher == SHOP] == []
        foreign.rollback()
        if prepared:
            foreign.autocommit = True
            foreign.execute("ROLLBACK PREPARED 'foreign'")


def test_who_holds_the_log_back_is_named_with_all_that_an_operator_needs(admin_url: str) -> None:
    with psycopg.connect(admin_url, options=f"-c search_path={SHOP}", application_name="import of 1998") as writer:
        write(writer)
        (found,) = open_writers()
        assert (found.process, found.application) == (writer.info.backend_pid, "import of 1998")
        assert found.role == writer.info.user
        assert "import of 1998" in found.text
        assert found.role in found.text
        writer.rollback()
    with atomic(SHOP):
        publish(Sold(item="pear", number=1))
        names: list[Any] = []

        def look(_: int) -> None:
            names.extend(open_writers())

        for thread in sample.in_threads(1, look):
            thread.join(10)
    (own,) = names  # a session of the module's own role: the server tells all
    assert own.state == "idle in transaction"
    assert own.query_started_at is not None
    assert own.seconds > 0
    assert f"last statement {own.query_started_at:%Y-%m-%d}" in own.text
