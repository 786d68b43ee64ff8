"""Waits of sagas: whether one is over, what came of it, and the signals that end it early.

This file may not choose which saga is run.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from seamline.calls import current_call
from seamline.data import current_transaction
from seamline.sagas import store
from seamline.sagas.definition import Saga, Wait
from seamline.sagas.instance import TimelineEntry, What

TIMED_OUT = "seamline.timed_out"


class TimedOut(Exception):
    """A signal did not arrive in time, or a saga took longer than it may."""


class NotYet(Exception):
    """The wait is not over."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until.isoformat())
        self.until = until


def after_wait(wait: Wait[Any], *, module: str, id: str, state: Any, begun_until: datetime | None) -> Any:
    """The state with which a saga goes on after a wait.

    :param begun_until: when the wait ends, where it was begun before.
    :raises NotYet: neither the time nor the signal has come.
    :raises TimedOut: the time has come, the signal has not.
    """
    if wait.signal:
        found = store.read(module, id=id)
        if found is not None and wait.signal in found.signals:
            return state if wait.take is None else wait.take(state, found.signals[wait.signal])
    until = begun_until or _end_of(wait, state)
    if store.now() < until:
        raise NotYet(until)
    if wait.signal:
        raise TimedOut(f"no signal {wait.signal!r} arrived until {until.isoformat()}")
    return state


def signal(saga: Saga[Any], *, id: str, name: str, data: Any = None) -> bool:
    """Tell a saga that something happened outside, in the open transaction of its module; whether it was news.

    The first of a name counts, also when the saga does not wait for it yet: a repeated one changes nothing, and so
    does one for a saga that is over. After the commit the module's job carries the saga on.

    :param data: something that the codec can carry; stored as JSON: no secrets.
    :raises RuntimeError: no transaction of the saga's module is open.
    :raises ValueError: the saga waits for no signal of this name.
    :raises UnknownSaga: no saga of this kind has this id.
    """
    transaction = current_transaction()
    if transaction is None or transaction.module != saga.module:
        raise RuntimeError(f'{saga.name} was signalled outside of atomic("{saga.module}").')
    known = sorted({step.signal for step in saga.steps if isinstance(step, Wait) and step.signal})
    if name not in known:
        raise ValueError(f"{saga.name} waits for no signal {name!r}: it knows {', '.join(known) or 'none'}.")
    entry = TimelineEntry(at=store.now(), what=What.SIGNALLED, step=name, actor=current_call().origin.actor)
    if store.add_signal(saga.module, id=id, name=saga.name, signal=name, data=data, entry=entry):
        return True
    found = store.read(saga.module, id=id)
    if found is None or found.name != saga.name:
        raise store.UnknownSaga(f"{saga.module} has no saga {id!r} of {saga.name}.")
    return False


def unfinished(saga: Saga[Any], *, ids: Sequence[str]) -> frozenset[str]:
    """Which of these ids belong to sagas under way in the module: only they can still need a signal."""
    return store.unfinished(saga.module, ids)


def _end_of(wait: Wait[Any], state: Any) -> datetime:
    if isinstance(wait.until, timedelta):
        return store.now() + wait.until
    until = wait.until(state)
    if until.tzinfo is None:
        raise ValueError(f"The wait {wait.name!r} ends at {until!r}, which names no time zone: answer an aware time.")
    return until
