"""What operators see of sagas and do: list, timeline, try again, skip, turn back. Commands and pages call this."""

from __future__ import annotations

from collections.abc import Sequence

from seamline.calls import acting_as, current_call
from seamline.modules.registry import module_named
from seamline.sagas import store
from seamline.sagas.definition import Failure
from seamline.sagas.instance import SagaInstance, SagaStatus, TimelineEntry, What
from seamline.sagas.progress import Runner
from seamline.sagas.running import resume, run, take_for_operator
from seamline.sagas.store import SagaNotFree, UnknownSaga

BY_OPERATOR = "seamline.turned_back_by_operator"
LONGEST_REASON = 500
PERMISSIONS = (
    ("retry_sagainstance", "Can have a saga's step tried again at once"),
    ("skip_sagainstance", "Can have a saga go on without a step"),
    ("compensate_sagainstance", "Can turn a saga back"),
)
"""Who may do what on the pages: permissions of a module's model of its sagas."""


def instances(
    module: str, *, name: str | None = None, statuses: Sequence[SagaStatus] | None = None, limit: int = 50
) -> tuple[SagaInstance, ...]:
    """A module's sagas, the newest first.

    :raises LookupError: this process does not host the module.
    """
    module_named(module)
    return store.listed(module, name=name, statuses=statuses, limit=limit)


def instance(module: str, *, id: str) -> SagaInstance:
    """One saga with its timeline.

    :raises UnknownSaga: no saga of the module has this id.
    """
    module_named(module)
    found = store.read(module, id=id)
    if found is None:
        raise UnknownSaga(f"{module} has no saga {id!r}.")
    return found


def retry(module: str, *, id: str) -> SagaInstance:
    """Try the step that a saga waits at, or is stuck at, now and in this thread; its attempts are counted anew.

    A saga that is over, or that somebody carries on at this moment, stays as it is.

    :raises UnknownSaga: no saga of the module has this id.
    """
    entry = TimelineEntry(at=store.now(), what=What.RETRIED, actor=current_call().origin.actor)
    instance(module, id=id)
    if store.put_forward(module, id=id, entry=entry):
        resume(module, id=id)
    return instance(module, id=id)


def skip(module: str, *, id: str, reason: str, at: str | None = None) -> SagaInstance:
    """Go on without the step, compensation or wait that a saga is at, and carry it on in this thread.

    Whoever skips answers for the effect: of a step it may be missing, or there already.

    :param at: the ``place`` that the operator saw, so that a doubled or late click does not skip the next one.
    :raises ValueError: no reason was given, or one of more than 500 characters.
    :raises UnknownSaga: no saga of the module has this id.
    :raises SagaNotFree: it is over, at another place, or somebody carries it on at this moment.
    """
    reason = _reason(reason)
    before = instance(module, id=id)
    if at is not None and at != before.place:
        raise SagaNotFree(f"The saga {id!r} was {at} and is {before.place} by now: look at it again.")
    runner = take_for_operator(before)
    if runner.skip(_entry(What.SKIPPED, step=runner.step, reason=reason)) is None:
        _go_on(runner, before)
    return instance(module, id=id)


def compensate(module: str, *, id: str, reason: str) -> SagaInstance:
    """Turn a saga back: undo what was done, from the step under way, in this thread. Its failure names the operator.

    :raises ValueError: no reason was given, or one of more than 500 characters.
    :raises UnknownSaga: no saga of the module has this id.
    :raises SagaNotFree: it is over, turned back already, or somebody carries it on at this moment.
    """
    reason = _reason(reason)
    before = instance(module, id=id)
    if before.backwards and not before.status.is_over:
        raise SagaNotFree(f"The saga {id!r} is turned back already: retry or skip the compensation it is at.")
    runner = take_for_operator(before)
    entry = _entry(What.TURNED_BACK, step=runner.step, reason=reason)
    runner.turn_back(entry, Failure(step=runner.step, code=BY_OPERATOR, data={"actor": entry.actor, "reason": reason}))
    _go_on(runner, before)
    return instance(module, id=id)


def _go_on(runner: Runner, before: SagaInstance) -> None:
    with acting_as(before.actor or "system", correlation_id=before.correlation_id):
        run(runner)


def _entry(what: What, *, step: str, reason: str) -> TimelineEntry:
    return TimelineEntry(at=store.now(), what=what, step=step, actor=current_call().origin.actor, reason=reason)


def _reason(text: str) -> str:
    text = text.strip()
    if not 1 <= len(text) <= LONGEST_REASON:
        raise ValueError(f"A reason of {len(text)} characters was given: say why in 1 to {LONGEST_REASON}.")
    return text
