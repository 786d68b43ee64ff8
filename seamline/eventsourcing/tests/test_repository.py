"""Aggregates are what their events say, at any version and time, and of two writers one decides again."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from django.db import connections

from seamline.calls.context import acting_as
from seamline.contract import Event, upcaster
from seamline.data import atomic, connection_for
from seamline.events.tests.sample import Sold
from seamline.eventsourcing import AggregateType, ConcurrentAppend, Repository, UnknownAggregate
from seamline.eventsourcing.tests.sample import (
    PURSE,
    SHOP,
    Filled,
    Purse,
    PurseEmpty,
    filled,
    purses,
    take,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed(Event, name="sample_shop.purse_weighed", key="purse", schema_version=2):
    purse: str
    grams: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    grams: int = 0


pytestmark = pytest.mark.usefixtures("shop")


def rows(sql: str, *parameters: object) -> list[tuple[object, ...]]:
    with connection_for(SHOP).cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def test_state_is_the_replay_of_the_events() -> None:
    filled("a", 5, 7)
    purses.change("a", lambda state: take(state, "a", Decimal(2)))
    found = purses.get("a")
    assert found.state == Purse(balance=Decimal(10), moves=3)
    assert found.version == 3
    assert rows("SELECT stream, version, name FROM event_log ORDER BY position") == [
        ("purse:a", 1, "sample_shop.purse_filled"),
        ("purse:a", 2, "sample_shop.purse_filled"),
        ("purse:a", 3, "sample_shop.purse_emptied"),
    ]


def test_what_never_was_is_unknown_and_refused_decisions_leave_nothing() -> None:
    with pytest.raises(UnknownAggregate, match=r"sample_shop\.purse nobody"):
        purses.get("nobody")
    with pytest.raises(PurseEmpty):
        purses.change("nobody", lambda state: take(state, "nobody", Decimal(1)))
    assert not purses.find("nobody").exists
    assert rows("SELECT count(*) FROM event_log") == [(0,)]


def test_second_writer_of_the_same_version_is_refused() -> None:
    filled("a", 5)
    first, second = purses.get("a"), purses.get("a")
    with atomic(SHOP):
        purses.save(first, Filled(purse="a", amount=Decimal(1)))
    with pytest.raises(ConcurrentAppend, match="purse:a"), atomic(SHOP):
        purses.save(second, Filled(purse="a", amount=Decimal(1)))
    assert purses.get("a").state.balance == 6


def test_eight_threads_that_take_at_once_never_overdraw_and_none_is_lost() -> None:
    filled("a", 20)
    taken: list[int] = []
    begin = threading.Barrier(8)

    def work() -> None:
        begin.wait(30)
        try:
            for _ in range(5):
                while True:
                    try:
                        purses.change("a", lambda state: take(state, "a", Decimal(1)))
                    except ConcurrentAppend:
                        continue
                    taken.append(1)
                    break
        except PurseEmpty:
            pass
        finally:
            connections[SHOP].close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(taken) == 20
    assert purses.get("a").state == Purse(balance=Decimal(0), moves=21)
    assert rows("SELECT count(DISTINCT version), max(version) FROM event_log") == [(21, 21)]


def test_as_of_a_version_and_a_time_is_what_was_known_then() -> None:
    moments = []
    for amount in range(1, 25):
        filled("a", amount)
        moments.append(purses.get("a").at)
    for version in (1, 9, 10, 11, 20, 24):
        expected = Decimal(sum(range(1, version + 1)))
        assert purses.get("a", as_of=version).state.balance == expected
        assert purses.get("a", as_of=moments[version - 1]).state.balance == expected
    assert purses.get("a", as_of=moments[4] - timedelta(microseconds=1)).version == 4
    with pytest.raises(UnknownAggregate):
        purses.get("a", as_of=moments[0] - timedelta(seconds=1))
    with pytest.raises(ValueError, match="no time zone"):
        purses.get("a", as_of=datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point
    with pytest.raises(ValueError, match="no version"):
        purses.get("a", as_of=0)


def test_snapshot_is_kept_by_policy_and_used() -> None:
    filled("a", *range(1, 26))
    assert rows("SELECT stream, version FROM snapshot") == [("purse:a", 25)]
    filled("a", 1)
    rows("UPDATE snapshot SET state = jsonb_set(state, '{balance}', '\"1000\"') RETURNING 1")
    assert purses.get("a").state.balance == 1001, "the snapshot was not used"
    assert purses.get("a", as_of=24).state.balance == sum(range(1, 25)), "a snapshot from later was used"


@pytest.mark.parametrize("spoiling", ["code = 'another'", "hash = '\\x00'", "version = 7"])
def test_snapshot_that_is_stale_or_of_another_code_is_not_used(spoiling: str) -> None:
    filled("a", *range(1, 21))
    rows(f"UPDATE snapshot SET state = jsonb_set(state, '{{balance}}', '\"1000\"'), {spoiling} RETURNING 1")
    assert purses.get("a").state.balance == sum(range(1, 21))
    filled("a", *range(1, 11))
    assert purses.get("a").state.balance == sum(range(1, 21)) + 55


def test_many_are_read_in_one_statement_and_saved_in_one() -> None:
    with atomic(SHOP):
        purses.save_all(
            [(purses.new(f"p{number}"), [Filled(purse=f"p{number}", amount=Decimal(number))]) for number in range(40)]
        )
    found = purses.find_many(["p7", "p39", "nobody"])
    assert {id: aggregate.state.balance for id, aggregate in found.items()} == {"p7": 7, "p39": 39}
    filled("p7", 1)
    assert purses.get("p7").state.balance == 8


def test_events_keep_who_acted_and_what_they_belong_to() -> None:
    with acting_as("operator:ada", correlation_id="c1"):
        filled("a", 1)
    assert rows("SELECT meta ->> 'actor', meta ->> 'correlation' FROM event_log") == [("operator:ada", "c1")]


def test_only_its_own_events_and_only_in_a_transaction() -> None:
    with pytest.raises(RuntimeError, match=r'with atomic\("sample_shop"\)'):
        purses.save(purses.new("a"), Filled(purse="a", amount=Decimal(1)))
    stranger: Event = Sold(item="a", number=1)
    with pytest.raises(TypeError, match="none of the events"), atomic(SHOP):
        purses.save(purses.new("a"), stranger)


def test_later_events_of_a_stream_never_have_an_earlier_time() -> None:
    filled("a", 1)
    found = purses.get("a")
    ahead = datetime.now(UTC) + timedelta(hours=1)
    with atomic(SHOP):
        saved = purses.save(replace(found, at=ahead), Filled(purse="a", amount=Decimal(1)))
    assert saved.at == ahead


def test_log_refuses_changes_even_to_its_owner(admin_url: str) -> None:
    filled("a", 1)
    for statement in ("UPDATE event_log SET version = 2", "DELETE FROM event_log", "TRUNCATE event_log"):
        with pytest.raises(Exception, match="permission denied"), atomic(SHOP):
            rows(statement)
        with psycopg.connect(admin_url, options=f"-c search_path={SHOP}") as connection:
            connection.execute(f"SET ROLE {SHOP}_owner")
            with pytest.raises(psycopg.errors.RestrictViolation, match="append-only"):
                connection.execute(statement)  # type: ignore[arg-type]
    assert PURSE.stream("a") == "purse:a"


def test_events_of_an_old_schema_are_lifted(shop_connection: psycopg.Connection) -> None:
    @upcaster("sample_shop.purse_weighed", from_version=1)
    def grams(payload: dict[str, Any]) -> dict[str, Any]:
        return {"purse": payload["purse"], "grams": int(payload["kilograms"] * 1000)}

    weighed = Repository(
        AggregateType(
            module=SHOP,
            name="weight",
            events=(Weighed,),
            state=Weight,
            initial=Weight,
            evolve=lambda _, event: Weight(grams=event.grams),
            snapshot_every=0,
        )
    )
    shop_connection.execute(
        "INSERT INTO event_log (event_id, name, schema_version, key, stream, version, data) VALUES "
        "(gen_random_uuid(), 'sample_shop.purse_weighed', 1, 'a', 'weight:a', 1, '{\"purse\":\"a\",\"kilograms\":1.5}')"
    )
    shop_connection.commit()
    assert weighed.get("a").state == Weight(grams=1500)
    weighed.change("a", lambda _: [Weighed(purse="a", grams=2)])
    assert weighed.get("a").state == Weight(grams=2)
    assert weighed.get("a", as_of=1).state == Weight(grams=1500)
