"""Writes that wait on the fence when it commits, each of another kind: all are refused there, and none slips through.

The right to a schema is looked at where a name is looked up, so what looked up its names before it waits would pass.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, transaction
from pytest_django import DjangoDbBlocker

from seamline.carve.move import cutover
from seamline.carve.move.fencing import fence
from seamline.carve.move.servers import Move
from seamline.carve.move.tests.clients import connection_of
from seamline.data.places import forget_places
from seamline.data.roles import role_password
from seamline.embedded import EmbeddedServer
from seamline.testing import wait_until

EXTRA = """
SET ROLE moved_owner; SET search_path = moved;
CREATE VIEW seen AS SELECT id, token FROM thing;
CREATE VIEW seen_twice AS SELECT id, token FROM seen;
CREATE FUNCTION add(wanted text) RETURNS void LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO thing (token) VALUES (wanted); END $$;
CREATE TABLE part (id bigint PRIMARY KEY, token text) PARTITION BY RANGE (id);
CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (0) TO (1000);
GRANT ALL ON seen, seen_twice, part TO moved_rw
"""
INSERT = "INSERT INTO thing (token) VALUES ('late')"


def copied(connection: psycopg.Connection[Any]) -> None:
    with connection.cursor().copy("COPY thing (token) FROM STDIN") as copy:
        copy.write("late\n")


def many(connection: psycopg.Connection[Any]) -> None:
    connection.cursor().executemany("INSERT INTO thing (token) VALUES (%s)", [["late"], ["later"]])


WRITES: dict[str, Callable[[psycopg.Connection[Any]], object]] = {
    "an insert": lambda connection: connection.execute(INSERT),
    "an insert that was prepared": lambda connection: connection.execute(INSERT, prepare=True),
    "an update": lambda connection: connection.execute("UPDATE thing SET token = 'late' WHERE id = 1"),
    "an insert through a view": lambda connection: connection.execute("INSERT INTO seen (token) VALUES ('late')"),
    "an update through a view": lambda connection: connection.execute("UPDATE seen SET token = 'late' WHERE id = 1"),
    "an update through two": lambda connection: connection.execute("UPDATE seen_twice SET token = 'l' WHERE id = 1"),
    "a function": lambda connection: connection.execute("SELECT add('late')"),
    "a partition's": lambda connection: connection.execute("INSERT INTO part VALUES (1, 'late')"),
    "a copy": copied,
    "many": many,
}
STATE = "SELECT (SELECT array_agg(t ORDER BY id) FROM moved.thing t), (SELECT count(*) FROM moved.part)"


@pytest.fixture
def places(django_db_blocker: DjangoDbBlocker) -> Any:
    """The servers are these tests' own."""
    forget_places()
    with django_db_blocker.unblock():
        yield
    forget_places()


@pytest.mark.parametrize("what", WRITES)
def test_write_that_waits_on_the_fence_is_refused_when_it_commits(move: Move, what: str) -> None:
    with move.source.connect(module=move.module) as source:
        source.execute(EXTRA)
    cutover.prepare(move)
    with move.target.connect(module=move.module) as target:
        cutover.prepare_target(move, target, epoch=1)
    told: list[str] = []
    place = move.source.place

    def write(connection: psycopg.Connection[Any]) -> None:
        try:
            WRITES[what](connection)
            told.append("written")
        except (psycopg.errors.InsufficientPrivilege, psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
            told.append("refused")

    with (
        psycopg.connect(
            host=place.host, port=place.port, dbname=place.dbname, user="moved_rw", autocommit=True,
            password=role_password(role="moved_rw", secret=move.secret), options="-c search_path=moved",
        ) as connection,
        move.source.connect(module=move.module) as source,
        fence(move, epoch=1) as raised,
    ):  # fmt: skip
        for _ in range(6):  # so that it is planned already, and known by name
            with connection.transaction(force_rollback=True):
                WRITES[what](connection)
        before = source.execute(STATE).fetchone()
        raised.raise_up()
        writing = threading.Thread(target=write, args=(connection,))
        writing.start()
        wait_until(
            lambda: raised.marker.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE usename = 'moved_rw' AND wait_event_type = 'Lock'"
            ).fetchone() == (1,),
            what="the write that waits",
        )  # fmt: skip
        raised.await_arrival()
        raised.flip()
        writing.join(10)
        assert told == ["refused"]
        assert source.execute(STATE).fetchone() == before


@pytest.mark.usefixtures("places")
def test_many_writes_at_once_follow_whole(move: Move) -> None:
    cutover.prepare(move)
    wrapper = connection_of(move)
    wrapper.ensure_connection()
    cutover.cut_over(move)
    with wrapper.cursor() as cursor:
        cursor.executemany("INSERT INTO thing (token) VALUES (%s)", [["first"], ["second"]])
        assert cursor.rowcount == 2
    wrapper.close()
    with move.target.connect(module=move.module) as target:
        assert target.execute("SELECT count(*) FROM moved.thing").fetchone() == (502,)


@pytest.mark.usefixtures("places")
def test_cursor_that_was_opened_before_its_transaction_follows_with_it(move: Move) -> None:
    cutover.prepare(move)
    wrapper = connection_of(move)
    with wrapper.cursor() as cursor:
        cursor.execute("SELECT 1")
        cutover.cut_over(move)
        with transaction.atomic(using=move.module):
            cursor.execute("INSERT INTO thing (token) VALUES ('followed')")
    wrapper.close()
    with move.target.connect(module=move.module) as target:
        assert target.execute("SELECT count(*) FROM moved.thing").fetchone() == (501,)


@pytest.mark.usefixtures("places")
def test_statement_that_follows_to_a_server_that_is_away_fails_as_djangos_own_error(
    move: Move, servers: tuple[EmbeddedServer, EmbeddedServer]
) -> None:
    cutover.prepare(move)
    wrapper = connection_of(move)
    wrapper.ensure_connection()
    cutover.cut_over(move)
    servers[1].stop()
    try:
        with wrapper.cursor() as cursor, pytest.raises(OperationalError, match="refused"):
            cursor.execute("SELECT 1 FROM thing")
    finally:
        servers[1].ensure_running()
    wrapper.close()
    with wrapper.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM thing")
        assert cursor.fetchone() == (500,)
    wrapper.close()
