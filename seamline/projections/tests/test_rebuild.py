"""Rebuilding on real tables: the same rows again, the new ones in place, and nothing left behind."""

from __future__ import annotations

import threading

import pytest
from django.db import connections

from seamline.data import connection_for
from seamline.events import drain
from seamline.events.tests import sample
from seamline.events.tests.sample import LEDGER, SHOP, sell
from seamline.projections import compare, rebuild, rebuilds, records
from seamline.projections.tests import ledger
from seamline.projections.tests.ledger import NAME

pytestmark = pytest.mark.usefixtures("books")

SHAPE = """
SELECT c.relname, pg_get_userbyid(c.relowner), c.relacl::text, c.reloptions::text,
    (SELECT array_agg((attname, format_type(atttypid, atttypmod), attnotnull, attidentity) ORDER BY attnum)::text
     FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0),
    (SELECT array_agg((conname, pg_get_constraintdef(oid)) ORDER BY conname)::text FROM pg_constraint
     WHERE conrelid = c.oid),
    (SELECT array_agg(pg_get_indexdef(indexrelid) ORDER BY pg_get_indexdef(indexrelid))::text FROM pg_index
     WHERE indrelid = c.oid)
FROM pg_class c WHERE relnamespace = 'sample_ledger'::regnamespace AND relname IN ('sale', 'sold_unit') ORDER BY 1
"""


def shape() -> list[tuple[object, ...]]:
    with connection_for(LEDGER).cursor() as cursor:
        cursor.execute(SHAPE)
        return list(cursor.fetchall())


def events_of_the_ledger() -> int:
    with connection_for(LEDGER).cursor() as cursor:
        cursor.execute("SELECT count(*) FROM event_log")
        return int(cursor.fetchone()[0])


def test_the_same_events_make_the_same_rows_in_the_same_tables() -> None:
    sell(*range(1, 10))
    sell(50, 51, item="plum")
    drain()
    before, told = (shape(), ledger.sums(), ledger.units()), events_of_the_ledger()
    outcome = rebuild(NAME)
    assert outcome.swapped
    assert outcome.is_equal, outcome
    assert outcome.handled == 11
    assert [(each.live, each.rebuilt) for each in outcome.comparisons] == [(2, 2), (11, 11)]
    assert (shape(), ledger.sums(), ledger.units()) == before
    assert events_of_the_ledger() == told == 11, "what was told once was told again"
    assert (ledger.schemas(), rebuilds(LEDGER)) == (set(), {})
    assert records(LEDGER)[NAME].rebuilds == 1
    sell(7)
    drain()
    assert ledger.sums() == {"pear": 52, "plum": 101}


def test_rows_that_were_spoilt_are_found_and_mended() -> None:
    sell(1, 2, 3)
    sell(4, item="plum")
    drain()
    ledger.spoil("""UPDATE sale SET "Units sold" = 99 WHERE item = 'pear'; DELETE FROM sold_unit WHERE number = 2""")
    found = compare(NAME)
    assert not found.swapped
    assert [(each.table, each.only_live, each.only_rebuilt, each.different) for each in found.comparisons] == [
        ("sale", 0, 0, 1),
        ("sold_unit", 0, 1, 0),
    ]
    assert found.comparisons[0].examples[0]["live"]["Units sold"] == 99
    assert (ledger.sums()["pear"], ledger.schemas()) == (99, set())
    kept = rebuild(NAME, only_if_equal=True)
    assert (kept.swapped, ledger.sums()["pear"]) == (False, 99)
    assert rebuild(NAME).swapped
    assert (ledger.sums(), ledger.units()) == ({"pear": 6, "plum": 4}, [1, 2, 3, 4])


@pytest.mark.parametrize("partitions", [1, 3])
def test_nothing_is_missed_or_doubled_while_events_go_on_and_readers_see_no_gap(partitions: int) -> None:
    sample.host(ledger.projection(partitions=partitions, rebuild_batch=50))
    sell(*range(100))
    drain()
    over = threading.Event()
    seen: list[int] = []
    failures: list[BaseException] = []
    written = 100

    def read() -> None:
        try:
            while not over.is_set():
                with connection_for(LEDGER).cursor() as cursor:
                    cursor.execute("SELECT count(*) FROM sold_unit")
                    seen.append(cursor.fetchone()[0])
        except Exception as error:
            failures.append(error)
        finally:
            connections[LEDGER].close()

    def write() -> None:
        nonlocal written
        try:
            while not over.is_set():
                sell(written, item=f"item {written % 7}")
                written += 1
                drain()
        except Exception as error:
            failures.append(error)
        finally:
            for alias in (SHOP, LEDGER):
                connections[alias].close()

    threads = [threading.Thread(target=read), threading.Thread(target=write)]
    for thread in threads:
        thread.start()
    try:
        outcomes = [rebuild(NAME) for _ in range(3)]
    finally:
        over.set()
        for thread in threads:
            thread.join(20)
    assert failures == []
    assert [(each.swapped, each.is_equal, each.not_compared) for each in outcomes] == [(True, True, "")] * 3
    drain()
    assert ledger.units() == list(range(written))
    assert seen == sorted(seen), "a reader saw fewer rows than before"
    assert compare(NAME).is_equal
