"""What stands before a binding: a sick module is refused at once, its callers' rules never are, and nothing wedges."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from seamline.calls import deadline_in, use
from seamline.calls.binding import rebound, route_of
from seamline.calls.measures import Outcome, measured
from seamline.calls.tests.lent import Lent
from seamline.contract import (
    BreakerPolicy,
    BulkheadPolicy,
    CircuitOpen,
    DeadlineExceeded,
    ModuleFailed,
    Operation,
    Overloaded,
    Policy,
    RatePolicy,
)
from seamline.contract.tests.samples import CounterOverflow, Name
from seamline.resilience import faults
from seamline.resilience.breaker import BreakerState
from seamline.resilience.faults import Fault, FaultKind

POLICY = Policy(
    breaker=BreakerPolicy(window_calls=10, minimum_calls=4, open_seconds=0.2, probes=2),
    bulkhead=BulkheadPolicy(concurrent=2, queue=1),
)


class Behaviour:
    """A binding that does what it is told."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.seconds = 0.0
        self.calls = 0
        self.inside = 0
        self.most_inside = 0
        self._lock = threading.Lock()

    def invoke(self, operation: Operation, arguments: dict[str, Any], deadline: float, idempotency_key: str) -> Any:
        with self._lock:
            self.calls += 1
            self.inside += 1
            self.most_inside = max(self.most_inside, self.inside)
        try:
            time.sleep(self.seconds)
            if self.error is not None:
                raise self.error
            return {}
        finally:
            with self._lock:
                self.inside -= 1


@pytest.fixture
def binding() -> Iterator[Behaviour]:
    behaviour = Behaviour()
    with rebound(Lent, behaviour):
        route_of(Lent).guard.use(POLICY)
        yield behaviour


def call() -> Any:
    return use(Lent).echo(names=(Name("a"),))


def failing(times: int) -> None:
    for _ in range(times):
        with pytest.raises(ModuleFailed):
            call()


FAILED = ModuleFailed(operation="catalog.echo", reason="broken")


def test_module_that_fails_too_often_is_not_called_any_more(binding: Behaviour) -> None:
    binding.error = FAILED
    failing(4)
    with pytest.raises(CircuitOpen) as refused:
        call()
    assert binding.calls == 4
    assert 0 < refused.value.retry_after <= 0.22


def test_fallback_answers_for_an_open_breaker(binding: Behaviour) -> None:
    binding.error = FAILED
    failing(4)
    assert use(Lent, fallback={"degraded": 1}).echo(names=()) == {"degraded": 1}
    assert binding.calls == 4


def test_business_errors_never_open_it(binding: Behaviour) -> None:
    binding.error = CounterOverflow(at=None)  # type: ignore[arg-type]
    for _ in range(50):
        with pytest.raises(CounterOverflow):
            call()
    assert binding.calls == 50


def test_module_that_recovers_is_called_again(binding: Behaviour) -> None:
    binding.error = FAILED
    failing(4)
    binding.error = None
    time.sleep(0.23)
    for _ in range(3):
        call()
    assert route_of(Lent).guard.breaker.state is BreakerState.CLOSED


def test_caller_in_a_hurry_does_not_make_a_module_look_sick(binding: Behaviour) -> None:
    binding.error = DeadlineExceeded(operation="catalog.echo")
    for _ in range(20):
        with deadline_in(0.02), pytest.raises(DeadlineExceeded):
            call()
    assert route_of(Lent).guard.breaker.state is BreakerState.CLOSED


def test_slow_answers_open_it(binding: Behaviour) -> None:
    route_of(Lent).guard.use(
        Policy(breaker=BreakerPolicy(window_calls=10, minimum_calls=4, slow_seconds=0.02, slow_rate=0.5))
    )
    binding.seconds = 0.03
    for _ in range(4):
        call()
    with pytest.raises(CircuitOpen):
        call()


def test_no_more_calls_are_under_way_than_the_bulkhead_has_places(binding: Behaviour) -> None:
    binding.seconds = 0.1

    def one(number: int) -> str:
        try:
            call()
        except Overloaded:
            return "refused"
        return "answered"

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(one, range(8)))
    assert binding.most_inside == 2
    assert outcomes.count("answered") == 3
    assert outcomes.count("refused") == 5
    binding.seconds = 0
    call()


def test_rate_of_calls_is_bounded(binding: Behaviour) -> None:
    route_of(Lent).guard.use(Policy(rate=RatePolicy(per_second=0.1, burst=3)))
    for _ in range(3):
        call()
    with pytest.raises(Overloaded, match="a second"):
        call()
    assert binding.calls == 3


def test_interrupted_call_gives_its_place_back_and_counts_for_nothing(binding: Behaviour) -> None:
    binding.error = KeyboardInterrupt()  # type: ignore[assignment]
    for _ in range(10):
        with pytest.raises(KeyboardInterrupt):
            call()
    binding.error = None
    call()
    assert route_of(Lent).guard.breaker.snapshot().calls == 1


def fault(kind: FaultKind, **values: Any) -> Fault:
    return Fault(id="f1", kind=kind, callee=Lent.module, until=time.time() + 60, **values)


@pytest.fixture
def no_faults_left() -> Iterator[None]:
    yield
    faults.install(())


@pytest.mark.usefixtures("no_faults_left")
def test_injected_faults_hit_before_the_call_is_made(binding: Behaviour) -> None:
    faults.install((fault(FaultKind.ERROR),))
    failing(1)
    faults.install((fault(FaultKind.HANG),))
    started = time.monotonic()
    with pytest.raises(DeadlineExceeded):
        use(Lent, timeout=0.1).echo(names=())
    assert 0.09 < time.monotonic() - started < 1
    assert binding.calls == 0
    faults.install((fault(FaultKind.LATENCY, seconds=0.05, operation="echo"),))
    started = time.monotonic()
    call()
    assert time.monotonic() - started >= 0.05
    faults.install((fault(FaultKind.ERROR, operation="other"),))
    call()
    assert binding.calls == 2


def test_every_call_is_measured_with_how_it_ended(binding: Behaviour) -> None:
    def counted() -> dict[Outcome, int]:
        return {each.outcome: each.calls for each in measured() if each.operation == "catalog.echo"}

    before = counted()
    call()
    binding.error = CounterOverflow(at=None)  # type: ignore[arg-type]
    with pytest.raises(CounterOverflow):
        call()
    binding.error = FAILED
    failing(2)
    with pytest.raises(CircuitOpen):
        call()
    after = counted()
    grown = {outcome: after[outcome] - before.get(outcome, 0) for outcome in after}
    assert grown == {
        Outcome.ANSWERED: 1, Outcome.REFUSED_BY_RULE: 1, Outcome.FAILED: 2, Outcome.REFUSED: 1
    }  # fmt: skip
