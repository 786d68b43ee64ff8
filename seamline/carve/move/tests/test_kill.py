"""Kill anything: the carver or a PostgreSQL at any statement of a move, while writers go on.

Then ``resume`` and the rest of the move, or giving it up, end in one consistent state: every acknowledged token is
there exactly once, on the side that the pointers name, ids never collide, and one side alone lets writers in. Of the
generated walk a sample runs here; ``SEAMLINE_WALK=all`` walks every statement.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, transaction
from pytest_django import DjangoDbBlocker

from seamline.carve.move import cutover
from seamline.carve.move.errors import MoveRefused
from seamline.carve.move.servers import Move, Server
from seamline.carve.move.tests.clients import Writers, connection_of
from seamline.data.places import forget_places
from seamline.data.route import RouteState
from seamline.embedded import EmbeddedServer
from seamline.testing import wait_until

WALK_ALL = os.environ.get("SEAMLINE_WALK") == "all"
STATEMENTS = {"prepare": 112, "cut_over": 25, "back": 25, "finalise": 34}
"""More than each phase makes, which a test checks; beyond its end nothing is killed, which is a case as well."""
EVERYWHERE = [(phase, at) for phase, most in STATEMENTS.items() for at in range(1, most + 1)]
CARVER_AT = (
    EVERYWHERE if WALK_ALL else [("prepare", 52), ("prepare", 91), ("cut_over", 22), ("cut_over", 23), ("back", 23)]
)
SERVER_AT = (
    [(phase, at) for phase, at in EVERYWHERE if phase != "prepare" or at % 3 == 0]
    if WALK_ALL
    else [("prepare", 60), ("cut_over", 23)]
)


@pytest.fixture(autouse=True)
def no_places(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The servers are these tests' own."""
    forget_places()
    with django_db_blocker.unblock():
        yield
    forget_places()


def start(move: Move, *, during: str, at: int, **told: Any) -> subprocess.Popen[str]:
    """A carver that strikes at the statement of the phase."""
    whole = {
        "source": move.source.url, "target": move.target.url, "secret": move.secret, "during": during, "at": at,
        "after": False, "victim": 0, **told,
    }  # fmt: skip
    root = Path(__file__).resolve().parents[4]
    return subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("carver.py")), json.dumps(whole)],
        env={**os.environ, "PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def carve(move: Move, *, during: str, at: int, **told: Any) -> tuple[int, str, str]:
    """The same, to its end: how it ended, and what it said."""
    carver = start(move, during=during, at=at, **told)
    try:
        said, complained = carver.communicate(timeout=120)
    finally:
        carver.kill()
    return carver.returncode, said, complained


def go_on(writers: Writers) -> None:
    """Wait until they have written more."""
    count = len(writers.acknowledged)
    wait_until(
        lambda: len(writers.acknowledged) > count + 5 or bool(writers.failures), seconds=30, what="writers that go on"
    )


def settle(move: Move, *, during: str, give_up: bool) -> Server:
    """What an operator does afterwards; where the data are then."""
    cutover.resume(move)
    cutover.resume(move.reversed())
    flipped = cutover.standing(move).flipped
    if during == "finalise" and flipped:
        cutover.finalise(move)
        return move.target
    if during == "back" and flipped:
        cutover.cut_over(move.reversed())
        return move.source
    if flipped or during == "back":
        return move.target if flipped else move.source
    if give_up:
        cutover.give_up(move)
        return move.source
    cutover.prepare(move)
    cutover.cut_over(move)
    return move.target


def assert_consistent(move: Move, home: Server, writers: Writers) -> None:
    with home.connect(module=move.module) as connection:
        rows = connection.execute("SELECT token, id FROM moved.thing WHERE token NOT LIKE 'old %'").fetchall()
        logged = connection.execute("SELECT text FROM moved.log WHERE text NOT LIKE 'old %'").fetchall()
        there = dict(rows)
        assert len(there) == len(rows) == len({number for _, number in rows})
        assert {token: there.get(token) for token in writers.acknowledged} == writers.acknowledged
        assert {text for (text,) in logged} <= there.keys()
    away = move.target if home is move.source else move.source
    assert lets_in(move, home)
    assert not lets_in(move, away)
    stands = cutover.standing(move)
    pointers = [pointer for pointer in (stands.source, stands.target) if pointer is not None]
    if not pointers:
        assert home is move.source, "data have moved, and nothing says so"
        return
    assert {pointer.place.address for pointer in pointers} == {home.place.address}
    assert [pointer.state for pointer in pointers].count(RouteState.HERE) == 1


def lets_in(move: Move, server: Server) -> bool:
    with server.connect(module=move.module) as connection:
        row = connection.execute(
            "SELECT has_schema_privilege('moved_rw', oid, 'USAGE') FROM pg_namespace WHERE nspname = 'moved'"
        ).fetchone()
    return row is not None and bool(row[0])


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("during", "at"), CARVER_AT)
def test_carver_that_is_killed_at_a_statement_costs_nobody_anything(
    move: Move, during: str, at: int, after: bool
) -> None:
    if not WALK_ALL and (at % 2 == 0) is not after:
        pytest.skip("of each sampled statement one side is walked")
    with Writers(move) as writers:
        go_on(writers)
        ended, _, complained = carve(move, during=during, at=at, after=after)
        assert ended in (-9, 0), complained[-2000:]
        go_on(writers)
        home = settle(move, during=during, give_up=at % 3 == 0)
        go_on(writers)
    assert writers.failures == []
    assert_consistent(move, home, writers)


@pytest.mark.parametrize("victim", ["source", "target"])
@pytest.mark.parametrize(("during", "at"), SERVER_AT)
def test_server_that_is_killed_at_a_statement_loses_nothing_acknowledged(
    move: Move, servers: tuple[EmbeddedServer, EmbeddedServer], during: str, at: int, victim: str
) -> None:
    server = servers[0] if victim == "source" else servers[1]
    with Writers(move, patient=True) as writers:
        go_on(writers)
        process = server.status().pid
        assert process is not None
        carve(move, during=during, at=at, victim=process)
        server.ensure_running()
        wait_until(lambda: _answers(move), seconds=30, what="both servers")
        home = settle(move, during=during, give_up=at % 2 == 0)
        go_on(writers)
    assert_consistent(move, home, writers)


@pytest.mark.parametrize("during", ["back", "finalise"])
def test_walk_is_longer_than_what_it_walks(move: Move, during: str) -> None:
    ended, said, complained = carve(move, during=during, at=0)
    assert ended == 0, complained[-2000:]
    made = json.loads(said)
    assert made.keys() == {"prepare", "cut_over", during}
    # The copy is asked for again and again while it takes its time, which is no other statement.
    assert {phase: count for phase, count in made.items() if phase != "prepare" and count > STATEMENTS[phase]} == {}


def test_connection_whose_wait_at_the_gate_was_ended_can_be_used_again(move: Move) -> None:
    wrapper = connection_of(move)
    with wrapper.cursor() as cursor:
        cursor.execute("SET lock_timeout = '50ms'")
    with move.source.connect(module=move.module) as fence:
        fence.execute("BEGIN; LOCK TABLE moved.move_gate IN EXCLUSIVE MODE")
        with pytest.raises(OperationalError, match="lock timeout"), transaction.atomic(using=move.module):
            pytest.fail("the gate was open")
        with wrapper.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM thing")
            assert cursor.fetchone() == (500,)
        fence.execute("ROLLBACK")
    with transaction.atomic(using=move.module), wrapper.cursor() as cursor:
        cursor.execute("INSERT INTO thing (token) VALUES ('again')")
    wrapper.close()


def test_resume_decides_nothing_while_a_server_is_away(
    move: Move, servers: tuple[EmbeddedServer, EmbeddedServer]
) -> None:
    cutover.prepare(move)
    servers[1].stop()
    try:
        with pytest.raises(psycopg.OperationalError):
            cutover.resume(move)
        with pytest.raises((psycopg.OperationalError, MoveRefused)):
            cutover.cut_over(move)
        assert lets_in(move, move.source)
    finally:
        servers[1].ensure_running()


def _answers(move: Move) -> bool:
    try:
        cutover.standing(move)
    except psycopg.Error:
        return False
    return True
