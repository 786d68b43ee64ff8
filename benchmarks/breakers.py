"""The breakers that ``benchmarks.resilience`` compares, each as a wrapper of a function and the error it refuses with.

All judge by failures, those that can by slow calls as well, over a window of 100 calls where they have one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import circuitbreaker
import interlock
import purgatory
import purgatory.domain.model
import pybreaker
import pyresilience

from seamline.contract.policy import BreakerPolicy
from seamline.resilience.breaker import Breaker, BreakerOpen

SECONDS_OPEN = 0.2
"""Short where a benchmark waits for half-open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """A breaker: ``protect(function, open_seconds)`` answers the protected function."""

    name: str
    protect: Callable[[Callable[[], object], float], Callable[[], object]]
    refusal: type[Exception]
    rates: str
    """What it judges by."""


def breaker(open_seconds: float, *, window_seconds: float = 0.0) -> Breaker:
    """Ours, with failure rate and slow-call rate on."""
    policy = BreakerPolicy(
        window_seconds=window_seconds, minimum_calls=10, slow_seconds=10.0, open_seconds=open_seconds, probes=5
    )
    return Breaker(name="benchmark", policy=policy)


def _circuitbreaker(function: Callable[[], object], open_seconds: float) -> Callable[[], object]:
    return circuitbreaker.CircuitBreaker(failure_threshold=10, recovery_timeout=open_seconds)(function)


def _pybreaker(function: Callable[[], object], open_seconds: float) -> Callable[[], object]:
    return pybreaker.CircuitBreaker(fail_max=10, reset_timeout=open_seconds)(function)


def _purgatory(function: Callable[[], object], open_seconds: float) -> Callable[[], object]:
    factory = purgatory.SyncCircuitBreakerFactory(default_threshold=10, default_ttl=open_seconds)
    return factory("benchmark")(function)


def _interlock(function: Callable[[], object], open_seconds: float) -> Callable[[], object]:
    config = interlock.Config(
        slow_call_duration_threshold=10.0, slow_call_rate_threshold=0.8, wait_duration_in_open=open_seconds,
        permitted_calls_in_half_open=5, max_concurrent_probes=5,
    )  # fmt: skip
    return interlock.CircuitBreaker(name="benchmark", config=config)(function)


def _pyresilience(function: Callable[[], object], open_seconds: float) -> Callable[[], object]:
    config = pyresilience.CircuitBreakerConfig(
        sliding_window_size=100, failure_rate_threshold=0.5, minimum_calls=10, slow_call_duration=10.0,
        slow_call_rate_threshold=0.8, recovery_timeout=open_seconds,
    )  # fmt: skip
    return pyresilience.resilient(circuit_breaker=config)(function)


SEAMLINE = Contender(
    name="seamline, protect",
    protect=lambda function, seconds: breaker(seconds).protect(function),
    refusal=BreakerOpen,
    rates="failure and slow rate",
)
SEAMLINE_TIME = Contender(
    name="seamline, protect, 10 s",
    protect=lambda function, seconds: breaker(seconds, window_seconds=10.0).protect(function),
    refusal=BreakerOpen,
    rates="failure and slow rate",
)
PEERS = (
    Contender(
        name="circuitbreaker",
        protect=_circuitbreaker,
        refusal=circuitbreaker.CircuitBreakerError,
        rates="failures in a row",
    ),
    Contender(
        name="purgatory",
        protect=_purgatory,
        refusal=purgatory.domain.model.OpenedState,
        rates="failures in a row",
    ),
    Contender(name="pybreaker", protect=_pybreaker, refusal=pybreaker.CircuitBreakerError, rates="failures in a row"),
    Contender(
        name="pyresilience", protect=_pyresilience, refusal=pyresilience.CircuitOpenError, rates="failure and slow rate"
    ),
    Contender(
        name="interlock-cb", protect=_interlock, refusal=interlock.CircuitOpenError, rates="failure and slow rate"
    ),
)
