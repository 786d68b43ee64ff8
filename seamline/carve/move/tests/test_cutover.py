"""A module's data go to another server and come back: rows, rights, values of sequences, pointers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from psycopg import errors
from pytest_django import DjangoDbBlocker

from seamline.carve.move import cutover
from seamline.carve.move.errors import FenceFailed, MoveRefused
from seamline.carve.move.fencing import fence
from seamline.carve.move.rehearsing import rehearse
from seamline.carve.move.servers import Move, Server
from seamline.carve.move.tests.clients import Writers, connection_of
from seamline.data.places import forget_places
from seamline.data.provision import provision
from seamline.data.roles import role_password
from seamline.data.route import RouteState
from seamline.testing import wait_until


@contextmanager
def serving(move: Move, server: Server) -> Iterator[psycopg.Connection[Any]]:
    """As the module's serving role, as its processes connect."""
    place = server.place
    with psycopg.connect(
        host=place.host,
        port=place.port,
        dbname=place.dbname,
        user=f"{move.module}_rw",
        password=role_password(role=f"{move.module}_rw", secret=move.secret),
        autocommit=True,
        options=f"-c search_path={move.module}",
    ) as connection:
        yield connection


def add(connection: psycopg.Connection[Any], token: str) -> int:
    row = connection.execute("INSERT INTO thing (token) VALUES (%s) RETURNING id", [token]).fetchone()
    assert row is not None
    return int(row[0])


def tokens(move: Move, server: Server) -> int:
    with server.connect(module=move.module) as connection:
        row = connection.execute(f"SELECT count(*) FROM {move.module}.thing").fetchone()
    assert row is not None
    return int(row[0])


def test_data_go_over_and_back_and_only_one_side_lets_the_serving_role_in(move: Move) -> None:
    cutover.prepare(move)
    way = move
    for number in range(4):
        with serving(move, way.source) as before:
            add(before, f"before {number}")
            stall = cutover.cut_over(way)
            assert 0 < stall.total < 3
            with pytest.raises((errors.InsufficientPrivilege, errors.UndefinedTable)):
                add(before, f"late {number}")
            with pytest.raises((errors.InsufficientPrivilege, errors.UndefinedTable)):
                before.execute("SELECT count(*) FROM thing")
        with serving(move, way.target) as after:
            add(after, f"after {number}")
        stands = cutover.standing(way)
        assert stands.source is not None
        assert stands.target is not None
        assert (stands.source.state, stands.target.state) == (RouteState.ELSEWHERE, RouteState.HERE)
        assert stands.source.place.epoch == stands.target.place.epoch == number + 2
        assert stands.source.place.address == stands.target.place.address == way.target.place.address
        way = way.reversed()
    assert tokens(move, move.source) == 508


def test_threads_that_share_a_pool_all_follow_the_data_there_and_back(
    move: Move, django_db_blocker: DjangoDbBlocker
) -> None:
    forget_places()
    cutover.prepare(move)
    with django_db_blocker.unblock(), Writers(move, threads=12, pool=14) as writers:
        way = move
        for _ in range(6):
            count = len(writers.acknowledged)
            wait_until(
                lambda count=count: len(writers.acknowledged) > count + 50 or bool(writers.failures),  # type: ignore[misc]
                what="writers",
            )
            cutover.cut_over(way)
            way = way.reversed()
    forget_places()
    assert writers.failures == []
    assert tokens(move, move.source) == 500 + len(writers.acknowledged)


def test_refusal_by_the_server_that_has_the_data_already_is_waited_out(
    move: Move, django_db_blocker: DjangoDbBlocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_places()
    cutover.prepare(move)
    pauses = 0

    def sleep(seconds: float) -> None:
        nonlocal pauses
        pauses += 1
        if pauses == 4:
            source.execute("GRANT USAGE ON SCHEMA moved TO moved_rw")

    with move.source.connect(module=move.module) as source, django_db_blocker.unblock():
        source.execute("REVOKE USAGE ON SCHEMA moved FROM moved_rw")
        monkeypatch.setattr("seamline.data.backend.base.time.sleep", sleep)
        wrapper = connection_of(move)
        with wrapper.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM thing")
            assert cursor.fetchone() == (500,)
        wrapper.close()
    assert pauses == 4
    forget_places()


def test_identity_values_are_never_given_twice_whichever_side_gives_them(move: Move) -> None:
    cutover.prepare(move)
    given, way = [], move
    for number in range(4):
        with serving(move, way.source) as connection:
            given += [add(connection, f"{number} {each}") for each in range(3)]
        cutover.cut_over(way)
        way = way.reversed()
    assert len(set(given)) == len(given)
    assert given == sorted(given)


def test_narrower_rights_of_a_table_are_as_narrow_at_the_target(move: Move) -> None:
    cutover.prepare(move)
    cutover.cut_over(move)
    with serving(move, move.target) as connection:
        connection.execute("INSERT INTO log (thing_id, text) VALUES (1, 'more')")
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute("DELETE FROM log")


def test_finalised_move_leaves_nothing_but_the_pointer_and_can_be_folded_by_a_copy(move: Move) -> None:
    cutover.prepare(move)
    cutover.cut_over(move)
    cutover.finalise(move)
    with move.source.connect(module=move.module) as source:
        assert source.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [move.module]).fetchone() is None
        assert source.execute("SELECT 1 FROM pg_publication").fetchone() is None
    for server in (move.source, move.target):
        with server.connect(module=move.module) as connection:
            assert connection.execute(
                "SELECT 1 FROM pg_replication_slots WHERE database = current_database()"
            ).fetchone() is None  # fmt: skip
            assert connection.execute("SELECT 1 FROM pg_event_trigger").fetchone() is None
    back = move.reversed()
    cutover.prepare(back)
    cutover.cut_over(back)
    cutover.finalise(back)
    with serving(move, move.source) as connection:
        add(connection, "home")
    assert tokens(move, move.source) == 501


def test_move_that_is_given_up_leaves_the_source_as_it_was(move: Move) -> None:
    cutover.prepare(move)
    cutover.give_up(move)
    cutover.give_up(move)
    with serving(move, move.source) as connection:
        add(connection, "still here")
    with move.source.connect(module=move.module) as source:
        assert source.execute("SELECT 1 FROM pg_publication").fetchone() is None
        source.execute("ALTER TABLE moved.thing ADD COLUMN more text")
    cutover.prepare(move)
    assert tokens(move, move.target) == 501


def test_schema_cannot_be_changed_while_a_move_is_on(move: Move) -> None:
    cutover.prepare(move)
    for server in (move.source, move.target):
        with server.connect(module=move.module) as connection, pytest.raises(errors.RaiseException, match="cannot be"):
            connection.execute("ALTER TABLE moved.thing ADD COLUMN more text")


def test_open_transaction_is_waited_for_and_the_fence_gives_up_rather_than_stall_everybody(move: Move) -> None:
    cutover.prepare(move)
    with serving(move, move.source) as slow:
        slow.execute("BEGIN; LOCK TABLE moved.move_gate IN ROW EXCLUSIVE MODE")
        add(slow, "uncommitted")
        with pytest.raises(FenceFailed, match="is in a transaction for"):
            cutover.cut_over(move, attempts=1)
        with serving(move, move.source) as other:
            add(other, "goes on")
        slow.execute("COMMIT")
    cutover.cut_over(move)
    assert tokens(move, move.target) == 502


def test_session_that_sits_in_a_transaction_is_ended_where_that_is_wanted(move: Move) -> None:
    cutover.prepare(move)
    with serving(move, move.source) as asleep:
        asleep.execute("BEGIN; LOCK TABLE moved.move_gate IN ROW EXCLUSIVE MODE")
        add(asleep, "never acknowledged")
        said: list[str] = []
        cutover.cut_over(move, end_idle_after=0.1, say=said.append)
        with pytest.raises(psycopg.OperationalError):
            asleep.execute("COMMIT")
    assert any("ended the session" in line for line in said)
    assert tokens(move, move.target) == 500


def test_statement_that_waits_on_the_fence_is_refused_when_the_data_have_gone(move: Move) -> None:
    cutover.prepare(move)
    cutover.prepare_target(move, move.target.connect(module=move.module), epoch=1)
    told: list[str] = []

    def insert(server: Server) -> None:
        with serving(move, server) as connection:
            try:
                add(connection, "slipped through")
                told.append("written")
            except psycopg.Error as error:
                told.append(type(error).__name__)

    with fence(move, epoch=1) as raised:
        raised.raise_up()
        waiting = threading.Thread(target=insert, args=(move.source,))
        waiting.start()
        wait_until(
            lambda: raised.marker.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE usename = 'moved_rw' AND wait_event_type = 'Lock'"
            ).fetchone() == (1,),
            what="the insert that waits",
        )  # fmt: skip
        raised.await_arrival()
        raised.flip()
        waiting.join(10)
    assert told in (["InsufficientPrivilege"], ["UndefinedTable"])
    assert tokens(move, move.source) == 500


def test_flip_that_waits_for_nobody_loses_an_acknowledged_write_and_the_count_sees_it(move: Move) -> None:
    """The negative control: without the locks, a transaction that is under way commits behind the flip."""
    cutover.prepare(move)
    with move.target.connect(module=move.module) as target:
        cutover.prepare_target(move, target, epoch=1)
    with serving(move, move.source) as writer, fence(move, epoch=1) as raised:
        writer.execute("BEGIN")
        add(writer, "acknowledged")
        raised.decider.execute("BEGIN")
        raised.await_arrival()
        raised.flip()
        with move.target.connect(module=move.module) as target:
            target.execute(f"ALTER SUBSCRIPTION {move.subscription} DISABLE")  # as finalising ends it
        writer.execute("COMMIT")
    assert (tokens(move, move.source), tokens(move, move.target)) == (501, 500)


def test_rehearsal_names_a_row_that_differs_and_says_the_stall(move: Move) -> None:
    cutover.prepare(move)
    assert rehearse(move).comparison.same
    with move.target.connect(module=move.module) as target:
        # As if replicated from a third place: otherwise the way back would bring the fault to the source as well.
        target.execute("SELECT pg_replication_origin_create('planted')")
        target.execute("SELECT pg_replication_origin_session_setup('planted')")
        target.execute("UPDATE moved.thing SET token = 'tampered' WHERE id = 77")
        target.execute("SELECT pg_replication_origin_session_reset(), pg_replication_origin_drop('planted')")
    found = rehearse(move)
    assert [str(mismatch) for mismatch in found.comparison.mismatches] == ["thing (id=77) is different in token"]
    assert 0 < found.stall.total < 3
    with serving(move, move.source) as connection:
        add(connection, "nobody was stopped")


def test_target_with_rows_of_its_own_is_refused(move: Move) -> None:
    provision(admin_url=move.target.url, schemas=[move.module], secret=move.secret)
    with move.target.connect(module=move.module) as target:
        target.execute("CREATE TABLE moved.precious (id int PRIMARY KEY); INSERT INTO moved.precious VALUES (1)")
    with pytest.raises(MoveRefused, match="no move has put there"):
        cutover.prepare(move)


def test_cutover_before_the_copy_is_refused(move: Move) -> None:
    with pytest.raises(MoveRefused):
        cutover.cut_over(move)


def test_schemas_that_differ_are_refused(move: Move) -> None:
    cutover.prepare(move)
    with move.target.connect(module=move.module) as target:
        target.execute("ALTER EVENT TRIGGER seamline_carve_moved DISABLE")
        target.execute("ALTER TABLE moved.thing ADD COLUMN more text")
    with pytest.raises(MoveRefused, match="differ"):
        cutover.cut_over(move)


def test_acceptance_comes_once_for_exactly_the_next_epoch_and_for_the_modules_own_role(move: Move) -> None:
    cutover.prepare(move)
    with serving(move, move.target) as early:
        assert early.execute("SELECT seamline_carve.accept('moved', 2)").fetchone() == (False,)
    with move.target.connect(module=move.module) as target:
        cutover.prepare_target(move, target, epoch=1)
    with serving(move, move.target) as early:
        assert early.execute("SELECT seamline_carve.accept('moved', 3)").fetchone() == (False,)
        with pytest.raises(errors.UndefinedObject, match="other_owner"):
            early.execute("SELECT seamline_carve.accept('other', 2)")
        with pytest.raises(errors.InsufficientPrivilege):
            early.execute("UPDATE seamline_carve.route SET epoch = 9")
