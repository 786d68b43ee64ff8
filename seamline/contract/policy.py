"""How calls of a contract are guarded, as data: what a contract declares and operators override at run time.

Callers never see these. This file may not know a breaker, a bulkhead or a transport; it says only how they are set.
"""

from __future__ import annotations

import dataclasses


def _positive(owner: object, **values: float) -> None:
    for name, value in values.items():
        if not value > 0:
            raise ValueError(f"{type(owner).__name__}.{name} is {value!r}: give a number above zero.")


def _share(owner: object, **values: float) -> None:
    for name, value in values.items():
        if not 0 < value <= 1:
            raise ValueError(f"{type(owner).__name__}.{name} is {value!r}: give a share above 0 and up to 1.")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class BreakerPolicy:
    """When a circuit breaker opens, and how it finds out that it may close again.

    :raises ValueError: says which number is out of range.
    """

    window_calls: int = 100
    """Latest calls that rates are taken over."""
    window_seconds: float = 0.0
    """Above zero: rates are taken over the calls of so many seconds instead."""
    minimum_calls: int = 20
    """Calls in the window below which nothing opens."""
    failure_rate: float = 0.5
    slow_seconds: float | None = None
    """Calls that take longer are slow; None takes nine tenths of the operation's timeout."""
    slow_rate: float = 0.8
    open_seconds: float = 5.0
    """How long calls are refused at first; each failed probing doubles it."""
    longest_open_seconds: float = 60.0
    probes: int = 5
    """Calls that are let through while half-open, exactly."""
    probe_seconds: float = 10.0
    """After so long, the place of a probe that never came back is given to another."""

    def __post_init__(self) -> None:
        _positive(
            self,
            window_calls=self.window_calls,
            minimum_calls=self.minimum_calls,
            open_seconds=self.open_seconds,
            longest_open_seconds=self.longest_open_seconds,
            probes=self.probes,
            probe_seconds=self.probe_seconds,
        )
        _share(self, failure_rate=self.failure_rate, slow_rate=self.slow_rate)
        if self.window_seconds < 0:
            raise ValueError(f"BreakerPolicy.window_seconds is {self.window_seconds!r}: give 0 or more.")
        if self.slow_seconds is not None:
            _positive(self, slow_seconds=self.slow_seconds)
        if not self.window_seconds and self.minimum_calls > self.window_calls:
            raise ValueError(
                f"BreakerPolicy.minimum_calls is {self.minimum_calls}, more than the {self.window_calls} calls of the "
                "window: it would never open."
            )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class BulkheadPolicy:
    """How many calls one process has under way to the module at once, and how many more may wait for their turn.

    :raises ValueError: says which number is out of range.
    """

    concurrent: int = 64
    queue: int = 64
    adaptive: bool = False
    """Learn from latency how many are wise, never more than ``concurrent``."""

    def __post_init__(self) -> None:
        _positive(self, concurrent=self.concurrent)
        if self.queue < 0:
            raise ValueError(f"BulkheadPolicy.queue is {self.queue!r}: give 0 or more.")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often a call to another process is tried, and how many retries all calls together may make.

    :raises ValueError: says which number is out of range.
    """

    attempts: int = 3
    base_seconds: float = 0.02
    """Upper end of the first random rest; it doubles up to ``longest_seconds``."""
    longest_seconds: float = 0.5
    budget_ratio: float = 0.2
    """Retries for each first try."""
    budget_floor: float = 3.0
    """Retries a second that are always allowed."""

    def __post_init__(self) -> None:
        _positive(self, attempts=self.attempts, base_seconds=self.base_seconds, longest_seconds=self.longest_seconds)
        if self.budget_ratio < 0 or self.budget_floor < 0:
            raise ValueError("RetryPolicy.budget_ratio and budget_floor are 0 or more.")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class HedgePolicy:
    """When a slow query is asked a second time, elsewhere; the first answer wins. Commands are never hedged.

    :raises ValueError: says which number is out of range.
    """

    after_seconds: float | None = None
    """None never hedges; 0 waits as long as 95 of 100 recent calls took."""
    attempts: int = 2

    def __post_init__(self) -> None:
        if self.after_seconds is not None and self.after_seconds < 0:
            raise ValueError(f"HedgePolicy.after_seconds is {self.after_seconds!r}: give 0 or more, or None.")
        if self.attempts < 2:
            raise ValueError(f"HedgePolicy.attempts is {self.attempts!r}: give 2 or more.")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RatePolicy:
    """How many calls a second one process makes at most; None is unlimited.

    :raises ValueError: says which number is out of range.
    """

    per_second: float | None = None
    burst: int = 20

    def __post_init__(self) -> None:
        if self.per_second is not None:
            _positive(self, per_second=self.per_second)
        _positive(self, burst=self.burst)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """All that guards the calls of a contract."""

    breaker: BreakerPolicy = BreakerPolicy()
    bulkhead: BulkheadPolicy = BulkheadPolicy()
    retry: RetryPolicy = RetryPolicy()
    hedge: HedgePolicy = HedgePolicy()
    rate: RatePolicy = RatePolicy()
