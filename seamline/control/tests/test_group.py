"""Five real processes share one truth: a majority opens everywhere, one that is cut off or dead decides nothing."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from seamline.calls import acting_as
from seamline.control import add_fault, force_breaker, history, overview, release_breaker, remove_fault
from seamline.control.telling import FROM_OUTSIDE
from seamline.control.tests.group import Member, Wire, members
from seamline.control.tests.member import CALLEE
from seamline.resilience.breaker import BreakerState
from seamline.resilience.faults import FaultKind
from seamline.testing import wait_until
from seamline.testing.live import live_deployable

NOWHERE = "postgresql://127.0.0.1:1/nowhere"


@pytest.fixture
def wire() -> Iterator[Wire]:
    place = urlsplit(os.environ["DATABASE_URL"])
    carried = Wire(host=place.hostname or "127.0.0.1", port=place.port or 5432)
    yield carried
    carried.close()


def reported(count: int) -> None:
    """Wait until so many processes report the breaker."""

    def there() -> bool:
        found = [each for each in overview().breakers if each.callee == CALLEE]
        return bool(found) and len(found[0].processes) == count

    wait_until(there, seconds=12, what=f"{count} reports")


def open_in(group: list[Member]) -> int:
    return sum(each.ask().state == "open" for each in group)


@pytest.mark.usefixtures("database")
def test_five_processes_and_one_of_them_cut_off(wire: Wire) -> None:
    through = wire.url(os.environ["DATABASE_URL"])
    with members(4) as group, members(1, DATABASE_URL=through) as (far,):
        working(group, far)
        reported(5)

        # Two of five are no majority: nobody else opens, and operators see who disagrees.
        assert group[0].fail().state == group[1].fail().state == "open"
        wait_until(lambda: _state_of(overview()) is BreakerState.HALF_OPEN, what="the disagreement on the board")
        assert [each.ask().state for each in (*group[2:], far)] == ["closed"] * 3

        # The third makes it one: the two that are well open too, from outside, and close by a probe of their own.
        assert far.fail().state == "open"
        for each in group[:2]:
            each.ask("fail 1")
        opened = [each.becomes("open") for each in group[2:]]
        assert all(each.reason.startswith(FROM_OUTSIDE) for each in opened)
        assert _state_of(overview()) is BreakerState.OPEN
        for each in group[2:]:
            wait_until(lambda member=each: member.ask("work 1").state == "closed", what="its own probe")

        # Cut off, a process keeps what it was last told, judges by itself, and nobody hears it.
        everybody_well(group, far)
        the_same_faults(group)
        wire.cut()
        wait_until(lambda: far.ask().away > 0, what="the board to be away")
        assert far.fail().state == "open"
        with acting_as("operator:ann"):
            force_breaker(callee=CALLEE, state=BreakerState.FORCED_OPEN, reason="maintenance of the shelves")
        for each in group:
            assert each.becomes("forced_open").reason == "maintenance of the shelves"
        assert far.ask().state == "open"
        reported(4)

        # Back, it obeys, and tells what happened meanwhile.
        wire.mend()
        far.becomes("forced_open", seconds=8)
        reported(5)
        with acting_as("operator:ben"):
            release_breaker(callee=CALLEE, reason="the shelves are up")
        for each in (*group, far):
            each.becomes("closed")
        told = history(callee=CALLEE, limit=1000)
        processes = {each.process for each in told}
        assert len(processes) == 5
        forced = [each for each in told if each.after is BreakerState.FORCED_OPEN]
        assert {each.actor for each in forced} == {"operator:ann"}
        assert any(each.failures >= 4 and each.after is BreakerState.OPEN for each in told)


@pytest.mark.usefixtures("database")
def test_killed_and_frozen_processes_are_no_voters() -> None:
    with members(3) as group:
        working(group)
        reported(3)
        assert group[0].fail().state == group[1].fail().state == "open"
        group[0].signal(signal.SIGKILL)
        group[1].signal(signal.SIGSTOP)
        reported(1)
        (found,) = [each for each in overview().breakers if each.callee == CALLEE]
        assert (found.voters, found.sick, found.state) == (1, 0, BreakerState.CLOSED)
        assert group[2].ask().state == "closed"
        group[1].signal(signal.SIGCONT)
        reported(2)


def the_same_faults(group: list[Member]) -> None:
    """A fault reaches every process, and ends by itself or when it is removed."""
    with acting_as("operator:ann"):
        first = add_fault(kind=FaultKind.ERROR, callee=CALLEE, reason="game day", lasts=1.5)
        assert first is not None
        for each in group:
            wait_until(lambda member=each: member.ask().fault == first.fault.id, what="the fault")
        for each in group:
            wait_until(lambda member=each: member.ask().fault == "", seconds=4, what="its end")
        second = add_fault(kind=FaultKind.LATENCY, seconds=1, callee=CALLEE, reason="game day", lasts=600)
        assert second is not None
        wait_until(lambda: group[0].ask().fault == second.fault.id, what="the second fault")
        remove_fault(fault_id=second.fault.id, reason="enough")
    for each in group:
        wait_until(lambda member=each: member.ask().fault == "", what="its removal")


def working(group: list[Member], *more: Member) -> None:
    """Everybody has called it, so everybody has a vote."""
    for each in (*group, *more):
        each.ask("work 1")

    def voting() -> bool:
        return any(each.voters == len(group) + len(more) for each in overview().breakers)

    wait_until(voting, seconds=12, what="everybody's vote")


def everybody_well(group: list[Member], far: Member) -> None:
    for each in (*group, far):
        wait_until(lambda member=each: member.ask("work 1").state == "closed", what="a well process")


def _state_of(found: object) -> BreakerState:
    return next(each.state for each in found.breakers if each.callee == CALLEE)  # type: ignore[attr-defined]


@pytest.mark.usefixtures("database")
def test_process_without_a_share_of_the_schema_uses_the_hub_s_board() -> None:
    with live_deployable() as hub, members(1, SEAMLINE_REGISTRY=hub, DATABASE_URL=NOWHERE) as (far,):
        reported(1)
        assert far.fail().state == "open"
        wait_until(lambda: _state_of(overview()) is BreakerState.OPEN, what="its breaker on the hub's board")
        with acting_as("operator:ann"):
            force_breaker(callee=CALLEE, state=BreakerState.FORCED_CLOSED, reason="let them through")
        assert far.becomes("forced_closed").reason == "let them through"
        wait_until(lambda: any(each.after is BreakerState.FORCED_CLOSED for each in history(callee=CALLEE)))
