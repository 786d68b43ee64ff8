"""One behaviour of both boards: the tables, and the tables over signed HTTP."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest
from django.test import Client

from seamline.calls import acting_as
from seamline.control import acts, add_fault, force_breaker, history, override_policy, overview, table
from seamline.control.board import Board, BoardAway
from seamline.control.over_http import HttpBoard
from seamline.control.table import TableBoard
from seamline.control.values import Happened, Report, Standing
from seamline.embedded.ports import free_port
from seamline.resilience.breaker import BreakerState
from seamline.resilience.faults import FaultKind
from seamline.testing.live import live_deployable

STANDING = Standing(name="orders", state=BreakerState.OPEN, sick=True, since=1.0, calls=4, failures=4)
REPORT = Report(process="one", host="h", breakers=(STANDING,))
HAPPENED = Happened(
    name="orders", before=BreakerState.CLOSED, after=BreakerState.OPEN, at=2.0, reason="4 of 4\0", process="one"
)


@pytest.fixture(params=["table", "http"])
def board(request: pytest.FixtureRequest, database: None) -> Iterator[Board]:
    if request.param == "table":
        made = TableBoard()
        yield made
        made.close()
    else:
        with live_deployable() as url:
            far = HttpBoard(url=url, caller="orders")
            yield far
            far.close()


def test_what_is_told_is_seen_by_all_and_gone_with_the_process(board: Board) -> None:
    seen = board.exchange(report=REPORT, happened=[HAPPENED])
    assert seen.reports == (REPORT,)
    assert [(each.name, each.after) for each in history()] == [("orders", BreakerState.OPEN)]
    assert board.exchange(report=None, happened=[]).reports == (REPORT,)
    board.leave("one")
    assert board.exchange(report=None, happened=[]).reports == ()


def test_orders_arrive_with_all_that_belongs_to_them(board: Board) -> None:
    with acting_as("operator:ann"):
        force_breaker(callee="orders", state=BreakerState.METRICS_ONLY, reason="a  look")
        override_policy(module="orders", override={"retry": {"attempts": 2}}, reason="calm")
        added = add_fault(kind=FaultKind.LATENCY, callee="orders", seconds=0.5, percent=20, lasts=30, reason="drill")
    orders = board.exchange(report=None, happened=[]).orders
    (forced,), (policy,), (fault,) = orders.breakers, orders.policies, orders.faults
    assert (forced.callee, forced.state, forced.actor, forced.reason) == (
        *("orders", BreakerState.METRICS_ONLY),
        *("operator:ann", "a look"),
    )
    assert policy.policy == {"retry": {"attempts": 2}}
    assert added is not None
    assert (fault.fault.id, fault.fault.percent, fault.fault.seconds) == (added.fault.id, 20, 0.5)
    assert 25 < fault.seconds_left <= 30


def test_board_that_cannot_be_reached_says_so() -> None:
    with pytest.raises(BoardAway):
        HttpBoard(url=f"http://127.0.0.1:{free_port()}", caller="orders").exchange(report=None, happened=[])


@pytest.mark.usefixtures("database")
def test_order_is_pushed_to_who_waits() -> None:
    board = TableBoard()
    board.exchange(report=None, happened=[])
    woken, waker = socket.socketpair()
    with woken, waker, acting_as("operator:ann"):
        started = time.monotonic()
        force_breaker(callee="orders", state=BreakerState.FORCED_OPEN, reason="drill")
        board.wait(woken, seconds=5)
        assert time.monotonic() - started < 1
    board.close()


@pytest.mark.usefixtures("database")
def test_history_is_bounded_and_acts_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "KEPT", 3)
    board = TableBoard()
    for _ in range(5):
        board.exchange(report=None, happened=[HAPPENED])
    board.close()
    assert len(history(limit=100)) == 3
    with acting_as("operator:ann"):
        for state in (BreakerState.FORCED_OPEN, BreakerState.DISABLED):
            force_breaker(callee="orders", state=state, reason="drill")
    assert [(each.actor, each.value) for each in acts()] == [
        ("operator:ann", {"state": "disabled"}),
        ("operator:ann", {"state": "forced_open"}),
    ]
    assert len(overview().orders.breakers) == 1


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("path", ["exchange", "leave"])
def test_unsigned_requests_are_refused(path: str) -> None:
    answer = Client().post(f"/internal/control/{path}", b"{}", content_type="application/json")
    assert answer.status_code == 401
    assert overview().processes == 0


def test_report_that_a_newer_version_wrote_hides_nothing_of_the_others(board: Board) -> None:
    newer = '{"process": "two", "host": "h", "breakers": [{"name": "orders", "state": "resting", "sick": false}]}'
    with table.django_execute() as execute:
        execute("INSERT INTO control_report VALUES ('two', %s, now() + interval '1 minute')", (newer,))
    with acting_as("operator:ann"):
        force_breaker(callee="orders", state=BreakerState.FORCED_OPEN, reason="drill")
    seen = board.exchange(report=REPORT, happened=[])
    assert seen.reports == (REPORT,)
    assert [each.callee for each in seen.orders.breakers] == ["orders"]
