"""What operators order and what processes tell, as plain values; they go through PostgreSQL and HTTP alike.

This file may do nothing but describe, and check what an order may not be.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from seamline.resilience.breaker import BreakerState
from seamline.resilience.faults import Fault

PolicyOverride = dict[str, dict[str, Any]]
"""Parts of a ``Policy`` and in each the numbers that are another: ``{"breaker": {"open_seconds": 30}}``."""


class OrderKind(StrEnum):
    """What operators may order."""

    BREAKER = "breaker"
    POLICY = "policy"
    FAULT = "fault"


@dataclass(frozen=True, slots=True, kw_only=True)
class ForcedBreaker:
    """A breaker is held in a state in all processes."""

    callee: str
    """A module's name, or ``module@instance``, by the instance's id or address."""
    state: BreakerState
    actor: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OverriddenPolicy:
    """Calls of a module are guarded by other numbers than its contract declares."""

    module: str
    policy: PolicyOverride
    actor: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderedFault:
    """A fault and how long it has left, by the one clock that counts: the database's."""

    fault: Fault
    seconds_left: float
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """All that operators have ordered and not taken back."""

    breakers: tuple[ForcedBreaker, ...] = ()
    policies: tuple[OverriddenPolicy, ...] = ()
    faults: tuple[OrderedFault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One breaker of one process. Times are seconds since 1970."""

    name: str
    state: BreakerState
    sick: bool
    """The process has found out itself that the callee is sick, and that is not long ago."""
    since: float
    calls: int = 0
    failures: int = 0
    slow: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All breakers of one process that lives."""

    process: str
    host: str
    deployable: str = ""
    breakers: tuple[Standing, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """That a breaker of a process changed its state, and the figures that led to it."""

    name: str
    before: BreakerState
    after: BreakerState
    at: float
    """Seconds since 1970, by the process's clock."""
    reason: str
    actor: str = ""
    process: str = ""
    calls: int = 0
    failures: int = 0
    slow: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a board shows."""

    orders: Orders = field(default_factory=Orders)
    reports: tuple[Report, ...] = ()
    """Of the processes that live, the reader's own too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acted:
    """What an operator did."""

    at: datetime
    action: str
    """``placed`` or ``withdrawn``."""
    kind: OrderKind
    subject: str
    value: dict[str, Any]
    actor: str
    reason: str
