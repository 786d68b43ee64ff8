"""What a breaker is, was and became, as values: states, transitions and what can be seen of one. No behaviour."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class BreakerState(StrEnum):
    """The three states of a breaker, and the four that operators may force upon it."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"
    FORCED_OPEN = "forced_open"
    FORCED_CLOSED = "forced_closed"
    """Counts, and lets everything through."""
    DISABLED = "disabled"
    """Counts nothing."""
    METRICS_ONLY = "metrics_only"
    """Counts, reports rates, and lets everything through; nobody promises that it stays so."""


FORCED = frozenset(
    {BreakerState.FORCED_OPEN, BreakerState.FORCED_CLOSED, BreakerState.DISABLED, BreakerState.METRICS_ONLY}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerSnapshot:
    """What can be seen of a breaker at one moment. Times are readings of its clock."""

    name: str
    state: BreakerState
    since: float
    calls: int
    """In the window; in half-open, probes that have come back."""
    failures: int
    slow: int
    failure_rate: float
    slow_rate: float
    retry_after: float
    """Seconds until probes are let through; 0 unless open."""
    refused: int
    """Calls that were turned away since the process began."""
    generation: int
    reason: str = ""
    actor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """That a breaker changed its state."""

    name: str
    before: BreakerState
    after: BreakerState
    at: float
    reason: str
    snapshot: BreakerSnapshot
    actor: str = ""


class BreakerOpen(Exception):
    """The call is refused: ``BreakerOpen(name, retry_after)``.

    It has no initialiser of its own, because that would cost a third of what a refused call costs.
    """

    args: tuple[str, float]

    @property
    def name(self) -> str:
        """Of the breaker."""
        return self.args[0]

    @property
    def retry_after(self) -> float:
        """Seconds until it is worth asking again."""
        return self.args[1]

    def __str__(self) -> str:
        return f"The breaker of {self.name!r} is open; ask again in {self.retry_after:.1f} s."
