"""What operators see of sagas and do with them: list, timeline, try again. Commands, pages and tests call this."""

from __future__ import annotations

from collections.abc import Sequence

from seamline.calls import current_call
from seamline.modules.registry import module_named
from seamline.sagas import store
from seamline.sagas.instance import SagaInstance, SagaStatus, TimelineEntry, What
from seamline.sagas.running import resume
from seamline.sagas.store import UnknownSaga


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
