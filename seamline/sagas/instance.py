"""One saga as it is stored, and its timeline, as values. This file may not touch a database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from seamline.sagas.definition import Failure


class SagaStatus(StrEnum):
    """How far a saga is."""

    RUNNING = "running"
    COMPENSATING = "compensating"
    """A step failed for good; what was done is being undone."""
    COMPLETED = "completed"
    COMPENSATED = "compensated"
    STUCK = "stuck"
    """A step or compensation fails again and again. It is still retried; somebody should look."""

    @property
    def is_over(self) -> bool:
        return self in (SagaStatus.COMPLETED, SagaStatus.COMPENSATED)


class What(StrEnum):
    """What a line of the timeline tells."""

    STARTED = "started"
    DONE = "done"
    UNDONE = "undone"
    WAITS = "waits"
    """Failed in a way that may pass; tried again later."""
    TURNED_BACK = "turned_back"
    """Failed for good; compensation begins."""
    TAKEN_OVER = "taken_over"
    """The runner was silent for too long, such as after a crash; another one goes on."""
    AWAITS = "awaits"
    """Rests until a time, or until a signal arrives."""
    SIGNALLED = "signalled"
    """A signal arrived from outside."""
    SKIPPED = "skipped"
    """An operator had it go on without this step or compensation."""
    RETRIED = "retried"
    """An operator had it tried again at once."""
    COMPLETED = "completed"
    COMPENSATED = "compensated"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """One line of a saga's timeline."""

    at: datetime
    what: What
    step: str = ""
    attempt: int = 0
    """Which run of the step, compensation or wait this was, from 1; 0 where none was run."""
    seconds: float | None = None
    """How long the action or compensation took."""
    error: str = ""
    actor: str = ""
    reason: str = ""
    """Why an operator did it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SagaInstance:
    """Everything that is known of one saga."""

    id: str
    name: str
    version: int
    module: str
    status: SagaStatus
    backwards: bool
    step: str
    """The one under way; of a saga that is over, the last one."""
    attempts: int
    """Failed attempts of this step so far."""
    next_at: datetime
    """When it is tried again, where it waits."""
    lease_until: datetime | None
    """Until when a runner has it; None where nobody does."""
    last_error: str
    failure: Failure | None
    state: Any
    """As plain JSON values."""
    awaits: str
    """The wait that it rests at, empty elsewhere."""
    wait_until: datetime | None
    """When that wait ends without a signal."""
    signals: dict[str, Any]
    """What arrived from outside, by name: the data as plain JSON values."""
    timeline: tuple[TimelineEntry, ...]
    actor: str
    """On whose behalf it runs."""
    correlation_id: str
    created_at: datetime
    updated_at: datetime

    @property
    def place(self) -> str:
        """Where it is, in words: ``at ship``, ``undoing ship``, or how it ended."""
        return str(self.status) if self.status.is_over else f"{'undoing' if self.backwards else 'at'} {self.step}"
