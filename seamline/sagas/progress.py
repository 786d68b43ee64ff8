"""One saga under one lease: what each step's outcome makes of it.

This file may not choose which saga is run.
"""

from __future__ import annotations

import logging
import time
from datetime import datetime
from typing import Any

import msgspec

from seamline.calls import deadline_in
from seamline.contract.codec import decoder
from seamline.data import atomic
from seamline.sagas import store
from seamline.sagas.definition import Failure, Saga, Step, Wait
from seamline.sagas.failing import failure_of, may_pass
from seamline.sagas.instance import SagaInstance, SagaStatus, TimelineEntry, What
from seamline.sagas.record import Record
from seamline.sagas.store import LeaseLost
from seamline.sagas.waiting import NotYet, TimedOut, after_wait

logger = logging.getLogger(__name__)


def _checkpoint(point: str) -> None:
    """Names a place between two effects; tests of crashes put their own function here."""


class Runner(Record):
    """A saga in memory, with the right to carry it on. Made by ``start``; not shared between threads."""

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
            began=taken.created_at,
            wait_until=taken.wait_until,
        )

    def run(self) -> SagaStatus:
        """Go on until it is over or has to wait.

        :raises LeaseLost: another runner has taken it over; nothing was written.
        """
        while True:
            status = self._undo() if self._backwards else self._do()
            if status is not None:
                return status

    def skip(self, entry: TimelineEntry) -> SagaStatus | None:
        """Go on without the step, or the compensation, under way; how the saga ended where that was the last one.

        :raises LeaseLost: another runner has taken it over; nothing was written.
        """
        started = time.monotonic()
        status = SagaStatus.COMPENSATING if self._backwards else SagaStatus.RUNNING
        try:
            self._entries = [entry]
            if self._backwards and self._index == 0:
                return self._reject(None, started)
            if not self._backwards and self._index == len(self.saga.steps) - 1:
                return self._complete(self._state, started, skipped=True)
        except LeaseLost:
            raise
        except Exception:
            self._entries = []
            self._save(status, keep=False)
            raise
        self._attempts, self._error, self._wait_until = 0, "", None
        self._index += -1 if self._backwards else 1
        self._save(status)
        return None

    def turn_back(self, entry: TimelineEntry, failure: Failure) -> None:
        """Begin to undo, from the step under way.

        :raises LeaseLost: another runner has taken it over; nothing was written.
        """
        self._entries.append(entry)
        self._failure, self._backwards, self._attempts, self._wait_until = failure, True, 0, None
        self._save(SagaStatus.COMPENSATING)

    def _do(self) -> SagaStatus | None:
        step = self._step
        started = time.monotonic()
        try:
            _checkpoint(f"before {step.name}")
            self._refuse_when_late(step)
            if self._index < len(self.saga.steps) - 1 and isinstance(step, Wait) and step.is_needless(self._state):
                self._index += 1
                return None
            state = self._outcome(step)
            _checkpoint(f"after {step.name}")
            state = self._state if state is None else state
            if self._index == len(self.saga.steps) - 1:
                return self._complete(state, started)
        except LeaseLost:
            raise
        except NotYet as rest:
            return self._rest(step, rest.until)
        except Exception as error:
            return self._failed(error, started)
        self._note(What.DONE, started)
        self._state, self._attempts, self._error, self._wait_until = state, 0, "", None
        self._index += 1
        if step.recorded:
            self._save(SagaStatus.RUNNING)
            _checkpoint(f"recorded {step.name}")
        return None

    def _outcome(self, step: Step[Any] | Wait[Any]) -> Any:
        if isinstance(step, Wait):
            if step.is_needless(self._state):
                return self._state
            return after_wait(
                step, module=self.saga.module, id=self.id, state=self._state, begun_until=self._wait_until
            )
        with deadline_in(step.timeout):
            return step.action(self._step_run(step, key=f"saga:{self.id}:{step.name}"))

    def _refuse_when_late(self, step: Step[Any] | Wait[Any]) -> None:
        within = self.saga.within
        if within is not None and step.retry.attempts is not None and store.now() >= self._began + within:
            raise TimedOut(f"not through {within} after its start")

    def _rest(self, step: Step[Any] | Wait[Any], until: datetime) -> SagaStatus:
        within = self.saga.within
        until = until if within is None else min(until, self._began + within)
        if self._wait_until is None:
            self._entries.append(TimelineEntry(at=store.now(), what=What.AWAITS, step=step.name))
        self._wait_until = until
        signal = step.signal if isinstance(step, Wait) else ""
        self._save(SagaStatus.RUNNING, keep=False, awaits=step.name, signal=signal)
        _checkpoint(f"resting at {step.name}")
        return SagaStatus.RUNNING

    def _complete(self, state: Any, started: float, *, skipped: bool = False) -> SagaStatus:
        with atomic(self.saga.module):
            result = self.saga.complete(state)
            _checkpoint("completing")
            self._end(SagaStatus.COMPLETED, None if skipped else What.DONE, started, What.COMPLETED, state=state)
        self.result = result
        _checkpoint("completed")
        return SagaStatus.COMPLETED

    def _failed(self, error: Exception, started: float) -> SagaStatus | None:
        retry = self._step.retry
        passing = may_pass(error)
        self._log(error, passing=passing)
        self._attempts += 1
        if passing and (retry.attempts is None or self._attempts < retry.attempts):
            return self._wait(
                started,
                status=SagaStatus.RUNNING
                if retry.attempts is not None or self._attempts < retry.stuck_after
                else SagaStatus.STUCK,
            )
        self._note(What.TURNED_BACK, started)
        self._failure = failure_of(error, step=self._step.name)
        self._backwards, self._attempts, self._wait_until = True, 0, None
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
            self._log(error, passing=True)
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

    def _reject(self, step: Step[Any] | Wait[Any] | None, started: float) -> SagaStatus:
        assert self._failure is not None
        with atomic(self.saga.module):
            result = self.saga.reject(self._state, self._failure)
            _checkpoint("rejecting")
            undone = What.UNDONE if step is not None and step.compensation is not None else None
            self._end(SagaStatus.COMPENSATED, undone, started, What.COMPENSATED, state=self._state)
        self.result = result
        _checkpoint("rejected")
        return SagaStatus.COMPENSATED

    def _wait(self, started: float, *, status: SagaStatus) -> SagaStatus:
        self._note(What.WAITS, started)
        if status is SagaStatus.STUCK:
            logger.error("The saga %s of %s is stuck at %s: %s", self.id, self.saga.name, self._step.name, self._error)
        self._save(status, keep=False, delay=self._step.retry.delay_after(self._attempts))
        _checkpoint(f"waiting at {self._step.name}")
        return status
