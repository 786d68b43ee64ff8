"""Runs sagas: steps forward, compensations backward, one runner at a time.

An effect is made first and recorded after it, with a key that never changes: a runner that is killed anywhere repeats
at most one step, and the repetition has no effect. This file may not know what the steps do.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from typing import Any

from seamline.calls import acting_as
from seamline.data import atomic, current_transaction
from seamline.modules.manifest import imported
from seamline.modules.registry import module_named
from seamline.sagas import store
from seamline.sagas.definition import Saga
from seamline.sagas.instance import SagaInstance, SagaStatus, TimelineEntry, What
from seamline.sagas.progress import Runner
from seamline.sagas.store import LeaseLost, SagaNotFree, UnknownSaga

MOST_IN_ONE_RUN = 200
UNDEFINED_LEASE = 10.0
"""Seconds for which a saga is taken over where the module has no definition any more."""
UNDEFINED_DELAY = 60.0
"""Seconds until a saga whose definition this process does not have is looked at again."""

logger = logging.getLogger(__name__)


def start(saga: Saga[Any], *, id: str, state: Any) -> Runner:
    """Write a saga down in the open transaction, together with the rows that it is about.

    After the commit, ``run`` what this answers. A process that dies before it does loses nothing: the module's job
    takes the saga over when the lease ends.

    :param id: unique among the module's sagas, such as the order's id; at most 80 characters.
    :raises RuntimeError: no transaction of the saga's module is open.
    :raises SagaExists: the id was used before.
    """
    transaction = current_transaction()
    if transaction is None or transaction.module != saga.module:
        raise RuntimeError(f'{saga.name} was started outside of atomic("{saga.module}").')
    token = store.new_token()
    store.insert(saga, id=id, state=state, token=token, entry=TimelineEntry(at=store.now(), what=What.STARTED))
    return Runner(saga=saga, id=id, token=token, state=state, step=saga.steps[0].name)


def run(runner: Runner) -> SagaStatus:
    """Carry a saga on, in this thread, until it is over or has to wait; how far it is then.

    :raises RuntimeError: a transaction is open; the steps call other modules.
    """
    if (transaction := current_transaction()) is not None:
        raise RuntimeError(f"A saga was run inside atomic({transaction.module!r}): commit first.")
    try:
        return runner.run()
    except LeaseLost:
        logger.info("The saga %s of %s is carried on by another runner", runner.id, runner.saga.module)
        found = store.read(runner.saga.module, id=runner.id)
        return SagaStatus.RUNNING if found is None else found.status


def resume(module: str, *, id: str) -> SagaStatus:
    """Carry one saga on, due or not, if nobody else does; how far it is then.

    :raises UnknownSaga: no saga of the module has this id.
    """
    token = store.new_token()
    entry = TimelineEntry(at=store.now(), what=What.TAKEN_OVER)
    taken = store.take(module, id=id, token=token, lease=_longest_lease(module), entry=entry)
    if taken is not None:
        return _carry_on(taken, token)
    found = store.read(module, id=id)
    if found is None:
        raise UnknownSaga(f"{module} has no saga {id!r}.")
    return found.status


def take_for_operator(found: SagaInstance) -> Runner:
    """An unfinished saga that nobody carries on, at the step where the operator saw it, for this thread alone.

    :raises SagaNotFree: it is over or further, somebody carries it on at this moment, or its definition is not in the
        manifest.
    """
    saga = _definition(found)
    if saga is None:
        raise SagaNotFree(
            f"{found.name} version {found.version} of {found.id!r} is not in the manifest: bring it back first."
        )
    token = store.new_token()
    entry = TimelineEntry(at=store.now(), what=What.TAKEN_OVER)
    taken = store.take(
        found.module,
        id=found.id,
        token=token,
        lease=saga.longest_lease,
        entry=entry,
        step=found.step,
        backwards=found.backwards,
    )
    if taken is None:
        state = "is over" if found.status.is_over else "is carried on by somebody at this moment: try again later"
        raise SagaNotFree(f"The saga {found.id!r} {state}.")
    return Runner.of(saga, taken, token=token)


def resume_due(module: str) -> int:
    """Carry on every saga of the module that is due and that nobody carries on; answers how many.

    A module runs it as a job, each second or so.
    """
    lease = _longest_lease(module)
    for count in range(MOST_IN_ONE_RUN):
        token = store.new_token()
        entry = TimelineEntry(at=store.now(), what=What.TAKEN_OVER)
        taken = store.take_due(module, token=token, lease=lease, entry=entry)
        if taken is None:
            return count
        _carry_on(taken, token)
    return MOST_IN_ONE_RUN


def wait_for(module: str, *, id: str, seconds: float) -> SagaStatus:
    """Wait while another runner carries the saga on; how far it is when that one ends, or the seconds are over.

    :raises UnknownSaga: no saga of the module has this id.
    """
    end, pause = time.monotonic() + seconds, 0.005
    while True:
        found = store.read(module, id=id)
        if found is None:
            raise UnknownSaga(f"{module} has no saga {id!r}.")
        if found.lease_until is None or found.lease_until < store.now() or time.monotonic() > end:
            return found.status
        time.sleep(pause)
        pause = min(pause * 2, 0.1)


def _carry_on(taken: SagaInstance, token: str) -> SagaStatus:
    saga = _definition(taken)
    if saga is None:
        return _without_definition(taken, token)
    with acting_as(taken.actor or "system", correlation_id=taken.correlation_id):
        return run(Runner.of(saga, taken, token=token))


def _definition(taken: SagaInstance) -> Saga[Any] | None:
    for saga in _definitions(taken.module):
        if (saga.name, saga.version) == (taken.name, taken.version):
            return saga
    return None


def _definitions(module: str) -> Iterator[Saga[Any]]:
    return (imported(path) for path in module_named(module).sagas)


def _longest_lease(module: str) -> float:
    return max((saga.longest_lease for saga in _definitions(module)), default=UNDEFINED_LEASE)


def _without_definition(taken: SagaInstance, token: str) -> SagaStatus:
    error = f"{taken.name} version {taken.version} is not in the manifest's sagas; bring it back until this has ended"
    logger.error("The saga %s of %s cannot go on: %s", taken.id, taken.module, error)
    entry = TimelineEntry(at=store.now(), what=What.WAITS, step=taken.step, error=error)
    with atomic(taken.module):
        store.save(
            taken.module,
            id=taken.id,
            token=token,
            status=SagaStatus.STUCK,
            backwards=taken.backwards,
            step=taken.step,
            state=taken.state,
            failure=taken.failure,
            attempts=taken.attempts + 1,
            last_error=error,
            entries=[entry],
            keep=False,
            delay=UNDEFINED_DELAY,
        )
    return SagaStatus.STUCK
