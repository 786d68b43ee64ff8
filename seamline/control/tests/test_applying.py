"""Orders in one process: breakers, guards, faults and instances obey, and are as before when it is taken back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from seamline.calls.binding import route_of
from seamline.control.applying import Applied
from seamline.control.sharing import Verdict
from seamline.control.values import ForcedBreaker, OrderedFault, Orders, OverriddenPolicy
from seamline.discovery import Balancer, Instance, NoInstance
from seamline.resilience import faults
from seamline.resilience.breaker import BreakerOpen, BreakerState
from seamline.resilience.breakers import breaker_of
from seamline.resilience.faults import Fault, FaultKind
from seamline.schemas import declared_contracts

NOW = datetime.now(tz=UTC)
NOTHING: dict[str, Verdict] = {}

ANY = declared_contracts()[0]
"""Any contract of the project: what operators order is found by its module's name."""


@pytest.fixture
def applied() -> Iterator[Applied]:
    made = Applied(faults_allowed=True)
    yield made
    made.apply(Orders(), NOTHING)


def forced(callee: str, state: BreakerState = BreakerState.FORCED_OPEN) -> Orders:
    return Orders(breakers=(ForcedBreaker(callee=callee, state=state, actor="operator:ann", reason="drill", at=NOW),))


def opens(callee: str, *, opens: bool = True) -> dict[str, Verdict]:
    return {callee: Verdict(name=callee, voters=5, sick=3, needed=3, hosts=1, opens=opens)}


def test_forced_breaker_refuses_until_it_is_released(applied: Applied) -> None:
    breaker = breaker_of(ANY.module, ANY.policy.breaker)
    applied.apply(forced(ANY.module), NOTHING)
    with pytest.raises(BreakerOpen):
        breaker.acquire()
    assert (breaker.snapshot().reason, breaker.snapshot().actor) == ("drill", "operator:ann")
    applied.apply(forced(ANY.module, BreakerState.DISABLED), NOTHING)
    assert breaker.state is BreakerState.DISABLED
    applied.apply(Orders(), NOTHING)
    assert breaker.state is BreakerState.CLOSED


def test_what_code_has_forced_stays_when_nothing_was_ordered(applied: Applied) -> None:
    breaker = breaker_of("forced by a test", ANY.policy.breaker)
    breaker.force(BreakerState.FORCED_CLOSED)
    applied.apply(Orders(), NOTHING)
    assert breaker.state is BreakerState.FORCED_CLOSED


def test_breaker_that_is_made_later_obeys_before_its_first_call(applied: Applied) -> None:
    applied.apply(forced("made later"), NOTHING)
    breaker = breaker_of("made later", ANY.policy.breaker)
    applied.made(breaker)
    assert breaker.state is BreakerState.FORCED_OPEN


def test_verdict_opens_once_and_again_only_after_it_was_another(applied: Applied) -> None:
    breaker = breaker_of("judged", ANY.policy.breaker)
    applied.apply(Orders(), opens("judged"))
    assert breaker.state is BreakerState.OPEN
    breaker.force(BreakerState.FORCED_CLOSED)
    breaker.force(None)
    applied.apply(Orders(), opens("judged"))
    assert breaker.state is BreakerState.CLOSED
    applied.apply(Orders(), opens("judged", opens=False))
    applied.apply(Orders(), opens("judged"))
    assert breaker.state is BreakerState.OPEN


def test_overridden_policy_turns_the_guard_and_back(applied: Applied) -> None:
    guard = route_of(ANY).guard
    wanted: dict[str, Any] = {"bulkhead": {"concurrent": 3, "queue": 0}, "breaker": {"open_seconds": 9}}
    order = OverriddenPolicy(module=ANY.module, policy=wanted, actor="operator:ann", reason="drill", at=NOW)
    applied.apply(Orders(policies=(order,)), NOTHING)
    assert guard.policy.bulkhead.concurrent == 3
    assert guard.breaker.policy.open_seconds == 9
    applied.apply(Orders(), NOTHING)
    assert guard.policy == ANY.policy


def test_policy_of_another_version_that_does_not_fit_leaves_what_is_declared(applied: Applied) -> None:
    wanted: dict[str, Any] = {"from the future": {"number": 3}}
    order = OverriddenPolicy(module=ANY.module, policy=wanted, actor="operator:ann", reason="drill", at=NOW)
    applied.apply(Orders(policies=(order,)), NOTHING)
    assert route_of(ANY).guard.policy == ANY.policy


def fault(left: float = 60.0) -> Orders:
    injected = Fault(id="f", kind=FaultKind.ERROR, callee=ANY.module, actor="operator:ann", reason="drill")
    return Orders(faults=(OrderedFault(fault=injected, seconds_left=left, at=NOW),))


def test_fault_is_installed_beside_those_of_tests_and_ends_by_this_process_s_clock(applied: Applied) -> None:
    own = Fault(id="own", kind=FaultKind.ERROR, callee="orders", until=time.time() + 60)
    faults.install((own,))
    try:
        applied.apply(fault(), NOTHING)
        assert {each.id for each in faults.installed} == {"f", "own"}
        (installed,) = [each for each in faults.installed if each.id == "f"]
        assert 55 < installed.until - time.time() <= 60
        applied.apply(Orders(), NOTHING)
        assert faults.installed == (own,)
    finally:
        faults.install(())


def test_process_that_does_not_allow_faults_ignores_them() -> None:
    Applied(faults_allowed=False).apply(fault(), NOTHING)
    assert faults.installed == ()


def test_instance_that_is_kept_out_gets_no_call(applied: Applied) -> None:
    one = Instance(id="one", modules=("orders",), url="http://127.0.0.1:1")
    two = Instance(id="two", modules=("orders",), url="http://127.0.0.1:2")
    instances = (one, two)
    balancer = Balancer("orders", lambda: instances)
    applied.apply(forced("orders@one"), NOTHING)
    assert {balancer.pick().instance_id for _ in range(20)} == {"two"}
    applied.apply(forced("orders@http://127.0.0.1:2"), NOTHING)
    assert {balancer.pick().instance_id for _ in range(20)} == {"one"}
    both = Orders(breakers=(*forced("orders@one").breakers, *forced("orders@two").breakers))
    applied.apply(both, NOTHING)
    with pytest.raises(NoInstance):
        balancer.pick()
    applied.apply(Orders(), NOTHING)
    assert {balancer.pick().instance_id for _ in range(40)} == {"one", "two"}
