"""Cut any line at any statement of a move: the carver's to both servers, or the one between the servers.

Writers reach the servers by other ways, so none of them may see anything of it. Of the generated walk a sample runs
here; ``SEAMLINE_WALK=all`` walks every statement.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg.conninfo import make_conninfo
from pytest_django import DjangoDbBlocker

from seamline.carve.move import cutover
from seamline.carve.move.servers import Move
from seamline.carve.move.tests.clients import Writers
from seamline.carve.move.tests.test_kill import EVERYWHERE, WALK_ALL, assert_consistent, go_on, settle, start
from seamline.data.places import forget_places
from seamline.testing import wait_until

CARVER_AT = EVERYWHERE if WALK_ALL else [("prepare", 62), ("cut_over", 20), ("cut_over", 23)]
BETWEEN_AT = EVERYWHERE[::2] if WALK_ALL else [("prepare", 91), ("cut_over", 17)]
SILENT_AT = (
    [(phase, at) for phase, at in EVERYWHERE if phase in ("cut_over", "back")] if WALK_ALL else [("cut_over", 22)]
)


class Line:
    """A line to both servers of the move, and what is done to it."""

    def __init__(self, move: Move) -> None:
        ports = [str(server.place.port) for server in (move.source, move.target)]
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("line.py")), *ports], stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.leads = dict(zip(ports, json.loads(self.process.stdout.readline()), strict=True))
        """The port that it listens on for each port that it leads to."""

    def tell(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def line(move: Move) -> Iterator[Line]:
    laid = Line(move)
    yield laid
    laid.end()


@pytest.fixture(autouse=True)
def no_places(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The servers are these tests' own."""
    forget_places()
    with django_db_blocker.unblock():
        yield
    forget_places()


def struck(carver: subprocess.Popen[str]) -> bool:
    """Wait for the blow; False where the carver came to its end before."""
    assert carver.stdout is not None
    return carver.stdout.readline().strip() == "struck"


@pytest.mark.parametrize(("during", "at"), CARVER_AT)
def test_carver_that_is_cut_off_from_both_servers_costs_nobody_anything(
    move: Move, line: Line, during: str, at: int
) -> None:
    with Writers(move) as writers:
        carver = start(
            move, during=during, at=at, victim=line.process.pid, signal=signal.SIGUSR1, carver_lines=line.leads
        )
        carver.communicate(timeout=60)
        go_on(writers)
        home = settle(move, during=during, give_up=at % 3 == 0)
        go_on(writers)
    assert writers.failures == []
    assert_consistent(move, home, writers)


@pytest.mark.parametrize(("during", "at"), SILENT_AT)
def test_carver_that_hears_nothing_any_more_holds_writers_no_longer_than_the_fence_may_stand(
    move: Move, line: Line, during: str, at: int
) -> None:
    with Writers(move) as writers:
        carver = start(
            move, during=during, at=at, victim=line.process.pid, signal=signal.SIGSTOP, carver_lines=line.leads
        )
        try:
            struck(carver)
            go_on(writers)
        finally:
            carver.kill()
            carver.communicate()
            line.end()
        home = settle(move, during=during, give_up=False)
        go_on(writers)
    assert writers.failures == []
    assert_consistent(move, home, writers)


@pytest.mark.parametrize(("during", "at"), BETWEEN_AT)
def test_servers_that_are_cut_off_from_each_other_for_a_while_lose_nothing(
    move: Move, line: Line, during: str, at: int
) -> None:
    with Writers(move) as writers:
        carver = start(
            move, during=during, at=at, victim=line.process.pid, signal=signal.SIGUSR1, server_lines=line.leads
        )
        try:
            if struck(carver):
                go_on(writers)
            line.tell(signal.SIGUSR2)
            carver.communicate(timeout=60)
        finally:
            carver.kill()
        go_on(writers)
        home = settle(move, during=during, give_up=at % 3 == 0)
        go_on(writers)
    assert writers.failures == []
    assert_consistent(move, home, writers)


def test_cutover_waits_for_a_target_that_has_just_lost_its_line(
    move: Move, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    conninfo = Move.source_conninfo
    monkeypatch.setattr(
        Move,
        "source_conninfo",
        lambda self: make_conninfo(conninfo(self), port=line.leads[str(self.source.place.port)]),
    )
    cutover.prepare(move)
    line.tell(signal.SIGUSR1)
    told: list[str] = []

    def cut_over() -> None:
        try:
            cutover.cut_over(move)
            told.append("moved")
        except Exception as error:
            told.append(repr(error))

    with move.source.connect(module=move.module) as source:
        wait_until(
            lambda: source.execute(
                "SELECT count(*) FROM pg_replication_slots WHERE slot_name = %s AND active", [move.subscription]
            ).fetchone() == (0,),
            what="the line that is gone",
        )  # fmt: skip
        waiting = threading.Thread(target=cut_over)
        waiting.start()
        wait_until(
            lambda: bool(told) or source.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s AND pid <> pg_backend_pid() "
                "AND query LIKE '%%pg_replication_slots%%'", [f"seamline carve {move.module}"],
            ).fetchone() == (1,),
            what="the cutover that waits",
        )  # fmt: skip
        line.tell(signal.SIGUSR2)
        waiting.join(30)
    assert told == ["moved"]
