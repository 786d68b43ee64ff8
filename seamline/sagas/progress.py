"""One saga under one lease: what each step's outcome makes of it, and where each effect is recorded.

This file may not choose which saga is run.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

import msgspec

from seamline.calls import deadline_in
from seamline.contract import ContractError, ErrorKind
from seamline.contract.codec import decoder
from seamline.data import atomic
from seamline.sagas import store
from seamline.sagas.definition import Failure, Saga, Step, StepRun
from seamline.sagas.instance import SagaInstance, SagaStatus, TimelineEntry, What
from seamline.sagas.store import LeaseLost

DEFECT = "seamline.defect"
LONGEST_ERROR = 500
_PASSING = (ErrorKind.UNAVAILABLE, ErrorKind.TIMEOUT)

logger = logging.getLogger(__name__)


def _checkpoint(point: str) -> None:
    """Names a place between two effects; tests of crashes put their own function here."""


class Runner:
    """A saga in memory, with the right to carry it on. Made by ``start``; not shared between threads."""

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
        self._error = ""
        self._entries: list[TimelineEntry] = []

    @classmethod
    def of(cls, saga: Saga[Any], taken: SagaInstance, *, token: str) -> Runner:
        """The saga as it was stored."""
        state_type: Any = saga.state
        return cls(
            saga=saga,
            id=taken.id,
            token=token,
            state=decoder(state_type).decode(msgspec.json.encode(taken.state)),
            step=taken.step,
            backwards=taken.backwards,
            attempts=taken.attempts,
            failure=taken.failure,
        )

    def run(self) -> SagaStatus:
        """Go on until it is over or has to wait.

        :raises LeaseLost: another runner has taken it over; nothing was written.
        """
        while True:
            status = self._undo() if self._backwards else self._do()
            if status is not None:
                return status

    @property
    def _step(self) -> Step[Any]:
        return self.saga.steps[self._index]

    def _do(self) -> SagaStatus | None:
        step = self._step
        started = time.monotonic()
        try:
            _checkpoint(f"before {step.name}")
            with deadline_in(step.timeout):
                state = step.action(self._step_run(step, key=f"saga:{self.id}:{step.name}"))
            _checkpoint(f"after {step.name}")
            state = self._state if state is None else state
            if self._index == len(self.saga.steps) - 1:
                return self._complete(state, started)
        except LeaseLost:
            raise
        except Exception as error:
            return self._failed(error, started)
        self._note(What.DONE, started)
        self._state, self._attempts, self._error = state, 0, ""
        self._index += 1
        if step.recorded:
            self._save(SagaStatus.RUNNING)
            _checkpoint(f"recorded {step.name}")
        return None

    def _complete(self, state: Any, started: float) -> SagaStatus:
        with atomic(self.saga.module):
            result = self.saga.complete(state)
            _checkpoint("completing")
            self._end(SagaStatus.COMPLETED, What.DONE, started, What.COMPLETED, state=state)
        self.result = result
        _checkpoint("completed")
        return SagaStatus.COMPLETED

    def _failed(self, error: Exception, started: float) -> SagaStatus | None:
        retry = self._step.retry
        may_pass = not isinstance(error, ContractError) or error.kind in _PASSING
        self._log(error, may_pass=may_pass)
        self._attempts += 1
        if may_pass and (retry.attempts is None or self._attempts < retry.attempts):
            return self._wait(
                started,
                status=SagaStatus.RUNNING
                if retry.attempts is not None or self._attempts < retry.stuck_after
                else SagaStatus.STUCK,
            )
        self._note(What.TURNED_BACK, started)
        self._failure = _failure(error, step=self._step.name)
        self._backwards, self._attempts = True, 0
        self._save(SagaStatus.COMPENSATING)
        _checkpoint(f"turned back at {self._step.name}")
        return None

    def _undo(self) -> SagaStatus | None:
        step = self._step
        started = time.monotonic()
        try:
            if step.compensation is not None:
                _checkpoint(f"before undoing {step.name}")
                with deadline_in(step.timeout):
                    step.compensation(self._step_run(step, key=f"saga:{self.id}:{step.name}:undo"))
                _checkpoint(f"after undoing {step.name}")
            if self._index == 0:
                return self._reject(step, started)
        except LeaseLost:
            raise
        except Exception as error:
            self._log(error, may_pass=True)
            self._attempts += 1
            stuck = self._attempts >= step.retry.stuck_after
            return self._wait(started, status=SagaStatus.STUCK if stuck else SagaStatus.COMPENSATING)
        if step.compensation is not None:
            self._note(What.UNDONE, started)
        self._attempts = 0
        self._index -= 1
        if step.compensation is not None:
            self._save(SagaStatus.COMPENSATING)
            _checkpoint(f"recorded undoing {step.name}")
        return None

    def _reject(self, step: Step[Any], started: float) -> SagaStatus:
        assert self._failure is not None
        with atomic(self.saga.module):
            result = self.saga.reject(self._state, self._failure)
            _checkpoint("rejecting")
            undone = What.UNDONE if step.compensation is not None else None
            self._end(SagaStatus.COMPENSATED, undone, started, What.COMPENSATED, state=self._state)
        self.result = result
        _checkpoint("rejected")
        return SagaStatus.COMPENSATED

    def _end(self, status: SagaStatus, last: What | None, started: float, end: What, *, state: Any) -> None:
        # Nothing of this runner changes here: the transaction may still fail, and then the step is tried again.
        lines = [] if last is None else [self._line(last, started)]
        entries = [*self._entries, *lines, TimelineEntry(at=store.now(), what=end)]
        self._write(status, state=state, attempts=0, entries=entries, keep=False)

    def _wait(self, started: float, *, status: SagaStatus) -> SagaStatus:
        self._note(What.WAITS, started)
        if status is SagaStatus.STUCK:
            logger.error("The saga %s of %s is stuck at %s: %s", self.id, self.saga.name, self._step.name, self._error)
        self._save(status, keep=False, delay=self._step.retry.delay_after(self._attempts))
        _checkpoint(f"waiting at {self._step.name}")
        return status

    def _step_run(self, step: Step[Any], *, key: str) -> StepRun[Any]:
        return StepRun(saga_id=self.id, key=key, state=self._state, attempt=self._attempts + 1, failure=self._failure)

    def _line(self, what: What, started: float) -> TimelineEntry:
        seconds = round(time.monotonic() - started, 4)
        error = self._error if what in (What.WAITS, What.TURNED_BACK) else ""
        return TimelineEntry(at=store.now(), what=what, step=self._step.name, seconds=seconds, error=error)

    def _note(self, what: What, started: float) -> None:
        self._entries.append(self._line(what, started))

    def _save(self, status: SagaStatus, *, keep: bool = True, delay: float = 0.0) -> None:
        self._write(status, state=self._state, attempts=self._attempts, entries=self._entries, keep=keep, delay=delay)
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
            delay=delay,
        )

    def _log(self, error: Exception, *, may_pass: bool) -> None:
        code = error.code if isinstance(error, ContractError) else type(error).__name__
        self._error = f"{code}: {error}"[:LONGEST_ERROR]
        direction = "undoing" if self._backwards else "running"
        report: Callable[..., None] = logger.info if isinstance(error, ContractError) else logger.exception
        report(
            "%s %s failed %s %s (%s): %s",
            self.saga.name, self.id, direction, self._step.name, "may pass" if may_pass else "for good", self._error,
        )  # fmt: skip


def _failure(error: Exception, *, step: str) -> Failure:
    if isinstance(error, ContractError):
        return Failure(step=step, code=error.code, data=msgspec.to_builtins(error.data))
    return Failure(step=step, code=DEFECT, data={"error": type(error).__name__})
