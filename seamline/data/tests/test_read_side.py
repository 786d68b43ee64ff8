"""Read models are read on a replica where there is one, and on the module's own database whenever that is wiser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import DatabaseError, connections

from seamline.data import atomic, places, read_side
from seamline.data.databases import databases
from seamline.data.places import Place
from seamline.data.read_side import forget_absences, is_read_side
from seamline.embedded.ports import free_port
from seamline.events import drain
from seamline.events.tests import sample
from seamline.events.tests.conftest import _sample_schemas, shop
from seamline.events.tests.sample import LEDGER, SHOP, sell
from seamline.projections import await_position, parse_position, position_after
from seamline.projections.tests import ledger
from seamline.projections.tests.conftest import _books, books

__all__ = ["_books", "_sample_schemas", "books", "shop"]
REPLICA = f"{LEDGER}_read"
pytestmark = pytest.mark.usefixtures("books")


def add_replica(url: str, *, schema: str = LEDGER) -> None:
    made = databases(
        url=settings.DATABASE_URL, modules=(LEDGER,), secret=settings.SEAMLINE_SECRET, read_urls={LEDGER: url}
    )[REPLICA]
    made["OPTIONS"]["options"] = made["OPTIONS"]["options"].replace(f"={LEDGER}", f"={schema}")
    made["OPTIONS"].pop("pool", None)
    made["NAME"] = connections[LEDGER].settings_dict["NAME"]
    settings.DATABASES[REPLICA] = made
    connections.settings[REPLICA] = connections.configure_settings({"default": {}, REPLICA: made})[REPLICA]


@pytest.fixture(autouse=True)
def _no_replica_left() -> Iterator[None]:
    yield
    forget_absences()
    if REPLICA in settings.DATABASES:
        connections[REPLICA].close()
        del connections[REPLICA]
        settings.DATABASES.pop(REPLICA)
        connections.settings.pop(REPLICA, None)


def test_module_without_a_replica_is_read_on_its_own_alias() -> None:
    assert read_side(LEDGER) == LEDGER


def test_replica_is_read_and_never_written() -> None:
    add_replica(settings.DATABASE_URL)
    assert (read_side(LEDGER), is_read_side(REPLICA), is_read_side(LEDGER)) == (REPLICA, True, False)
    with connections[REPLICA].cursor() as cursor:
        cursor.execute("SELECT current_schema(), current_user")
        assert cursor.fetchone() == (LEDGER, f"{LEDGER}_rw")
        with pytest.raises(DatabaseError, match="read-only"):
            cursor.execute("DELETE FROM sale")


def test_transaction_of_the_module_reads_its_own_rows() -> None:
    add_replica(settings.DATABASE_URL)
    with atomic(LEDGER):
        assert read_side(LEDGER) == LEDGER
    with atomic(SHOP):
        assert read_side(LEDGER) == REPLICA


def test_replica_that_is_away_or_of_a_place_left_behind_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    add_replica(f"postgresql://127.0.0.1:{free_port()}/nowhere")
    assert read_side(LEDGER) == LEDGER
    forget_absences()
    add_replica(settings.DATABASE_URL)
    monkeypatch.setitem(places._places, LEDGER, Place(host="127.0.0.1", port=1, dbname="elsewhere", epoch=3))
    assert read_side(LEDGER) == LEDGER
    monkeypatch.undo()


def test_position_is_awaited_on_the_replica(admin_url: str) -> None:
    sell(1, 2)
    drain()
    position = parse_position(position_after(SHOP))
    with psycopg.connect(admin_url, autocommit=True) as connection:
        behind: Any = "sample_behind"
        connection.execute(f"DROP SCHEMA IF EXISTS {behind} CASCADE; CREATE SCHEMA {behind}")
        connection.execute(f"CREATE TABLE {behind}.checkpoint AS SELECT * FROM {LEDGER}.checkpoint")
        connection.execute(f"UPDATE {behind}.checkpoint SET position = 0")
        connection.execute(f"GRANT USAGE ON SCHEMA {behind} TO {LEDGER}_rw")
        connection.execute(f"GRANT SELECT ON {behind}.checkpoint TO {LEDGER}_rw")
        add_replica(settings.DATABASE_URL, schema=behind)
        assert not await_position(ledger.NAME, position, seconds=0.05)
        connection.execute(f"UPDATE {behind}.checkpoint SET position = c.position FROM {LEDGER}.checkpoint AS c")
        assert await_position(ledger.NAME, position, seconds=30)
        connections[REPLICA].close()
        connection.execute(f"DROP SCHEMA {behind} CASCADE")
    assert sample.LEDGER == LEDGER
