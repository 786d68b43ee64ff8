"""Publishing: in the business transaction, in one statement, and in no other way."""

from __future__ import annotations

import pytest
from django.db import Error, connections
from django.test.utils import CaptureQueriesContext

from seamline.data import atomic, connection_for
from seamline.events import publish
from seamline.events.publishing import new_event_id
from seamline.events.tests import sample
from seamline.events.tests.sample import LEDGER, SHOP, Renamed, Sold, Undeclared

pytestmark = pytest.mark.usefixtures("shop")


def logged() -> list[tuple[int, str, str]]:
    with connection_for(SHOP).cursor() as cursor:
        cursor.execute("SELECT position, name, key FROM event_log ORDER BY position")
        return cursor.fetchall()


def test_many_events_cost_one_statement_and_keep_their_order() -> None:
    with atomic(SHOP), CaptureQueriesContext(connections[SHOP]) as queries:
        identifiers = publish(*(Sold(item=f"item {number}", number=number) for number in range(500)))
    assert len([query for query in queries if "INSERT" in query["sql"]]) == 1
    assert len(set(identifiers)) == 500
    rows = logged()
    assert [row[2] for row in rows] == [f"item {number}" for number in range(500)]
    assert [row[0] for row in rows] == list(range(rows[0][0], rows[0][0] + 500))


def test_rolled_back_events_do_not_exist() -> None:
    with pytest.raises(ZeroDivisionError), atomic(SHOP):
        publish(Sold(item="pear", number=1))
        raise ZeroDivisionError
    assert logged() == []


def test_publishing_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match='with atomic\\("sample_shop"\\)'):
        publish(Sold(item="pear", number=1))


def test_publishing_another_modules_event_is_refused() -> None:
    with pytest.raises(RuntimeError, match="one of 'sample_ledger'"), atomic(LEDGER):
        publish(Sold(item="pear", number=1))


def test_publishing_an_event_that_the_contract_does_not_declare_is_refused() -> None:
    with pytest.raises(ValueError, match="Add Undeclared to the events"), atomic(SHOP):
        publish(Undeclared(item="pear"))


def test_publishing_nothing_costs_nothing() -> None:
    assert publish() == ()


@pytest.mark.parametrize("statement", ["UPDATE event_log SET key = 'x'", "DELETE FROM event_log", "TRUNCATE event_log"])
def test_serving_role_cannot_change_the_log(statement: str) -> None:
    sample.sell(1)
    with pytest.raises(Error, match="permission denied"), connection_for(SHOP).cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("statement", ["UPDATE event_log SET key = 'x'", "DELETE FROM event_log", "TRUNCATE event_log"])
def test_not_even_the_owner_changes_the_log(statement: str) -> None:
    from seamline.data.migration import as_owner

    sample.sell(1)
    with as_owner(SHOP), pytest.raises(Error, match="append-only"), connection_for(SHOP).cursor() as cursor:
        cursor.execute(statement)
    assert len(logged()) == 1


def test_subscriber_has_no_rights_on_the_publishers_log() -> None:
    with pytest.raises(Error, match="permission denied"), connection_for(LEDGER).cursor() as cursor:
        cursor.execute(f"SELECT * FROM {SHOP}.event_log")


def test_event_ids_are_version_7_and_grow_with_time() -> None:
    first, second = new_event_id(), new_event_id()
    assert first.version == second.version == 7
    assert first.variant == "specified in RFC 4122"
    assert first.int >> 80 <= second.int >> 80


def test_stored_payload_is_the_contracts_json() -> None:
    with atomic(SHOP):
        publish(Renamed(item="pear"))
    with connection_for(SHOP).cursor() as cursor:
        cursor.execute("SELECT data, schema_version, meta->>'actor' FROM event_log")
        data, version, actor = cursor.fetchone()
    assert data in ({"item": "pear"}, '{"item": "pear"}')
    assert (version, actor) == (1, "system")
