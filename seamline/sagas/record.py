"""What a runner knows of its saga, and how it writes that down under its lease. This file may not run a step."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from seamline.contract import ContractError
from seamline.sagas import store
from seamline.sagas.definition import Failure, Saga, Step, StepRun, Wait
from seamline.sagas.failing import told
from seamline.sagas.instance import SagaStatus, TimelineEntry, What

logger = logging.getLogger(__name__)


class Record:
    """The position of one saga in memory. Every write names the lease; without it, nothing is written."""

    def __init__(
        self,
        *,
        saga: Saga[Any],
        id: str,
        token: str,
        state: Any,
        step: str,
        backwards: bool = False,
        attempts: int = 0,
        failure: Failure | None = None,
        began: datetime | None = None,
        wait_until: datetime | None = None,
    ) -> None:
        self.saga = saga
        self.id = id
        self.result: Any = None
        """What ``complete`` or ``reject`` answered; None until this runner has ended the saga."""
        self._token = token
        self._state = state
        self._index = saga.index_of(step)
        self._backwards = backwards
        self._attempts = attempts
        self._failure = failure
        self._began = began or store.now()
        self._wait_until = wait_until
        self._error = ""
        self._entries: list[TimelineEntry] = []

    @property
    def step(self) -> str:
        """The name of the step, compensation or wait under way."""
        return self._step.name

    @property
    def _step(self) -> Step[Any] | Wait[Any]:
        return self.saga.steps[self._index]

    def _end(self, status: SagaStatus, last: What | None, started: float, end: What, *, state: Any) -> None:
        # Nothing of this runner changes here: the transaction may still fail, and then the step is tried again.
        lines = [] if last is None else [self._line(last, started)]
        entries = [*self._entries, *lines, TimelineEntry(at=store.now(), what=end)]
        self._write(status, state=state, attempts=0, entries=entries, keep=False)

    def _step_run(self, step: Step[Any], *, key: str) -> StepRun[Any]:
        return StepRun(saga_id=self.id, key=key, state=self._state, attempt=self._attempts + 1, failure=self._failure)

    def _line(self, what: What, started: float) -> TimelineEntry:
        seconds = round(time.monotonic() - started, 4)
        error = self._error if what in (What.WAITS, What.TURNED_BACK) else ""
        attempt = self._attempts + (what in (What.DONE, What.UNDONE))  # a failed one is counted already
        return TimelineEntry(
            at=store.now(), what=what, step=self._step.name, attempt=attempt, seconds=seconds, error=error
        )

    def _note(self, what: What, started: float) -> None:
        self._entries.append(self._line(what, started))

    def _save(
        self, status: SagaStatus, *, keep: bool = True, delay: float = 0.0, awaits: str = "", signal: str = ""
    ) -> None:
        self._write(
            status, state=self._state, attempts=self._attempts, entries=self._entries, keep=keep, delay=delay,
            awaits=awaits, signal=signal,
        )  # fmt: skip
        self._entries = []

    def _write(
        self,
        status: SagaStatus,
        *,
        state: Any,
        attempts: int,
        entries: list[TimelineEntry],
        keep: bool,
        delay: float = 0.0,
        awaits: str = "",
        signal: str = "",
    ) -> None:
        store.save(
            self.saga.module,
            id=self.id,
            token=self._token,
            status=status,
            backwards=self._backwards,
            step=self._step.name,
            state=state,
            failure=self._failure,
            attempts=attempts,
            last_error=self._error if attempts else "",
            entries=entries,
            keep=keep,
            lease=self.saga.lease_at(self._index, backwards=self._backwards),
            delay=delay,
            awaits=awaits,
            signal=signal,
            wait_until=self._wait_until if awaits else None,
        )

    def _log(self, error: Exception, *, passing: bool) -> None:
        self._error = told(error)
        direction = "undoing" if self._backwards else "running"
        report: Callable[..., None] = logger.info if isinstance(error, ContractError) else logger.exception
        report(
            "%s %s failed %s %s (%s): %s",
            self.saga.name, self.id, direction, self._step.name, "may pass" if passing else "for good", self._error,
        )  # fmt: skip
