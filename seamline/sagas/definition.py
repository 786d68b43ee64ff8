"""What a module says about a process of several steps: plain values that tests and operators can read.

This file may not run anything.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, is_dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Generic, TypeVar

LONGEST_STEP = 15.0
_LEASE_FACTOR, _LEASE_MARGIN = 1.5, 2.0
LONGEST_DELAY = 300.0

S = TypeVar("S")


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRun(Generic[S]):
    """What an action or a compensation receives.

    ``key`` goes to the one command that it calls: ``use(Inventory, idempotency_key=run.key)``. It is the same each
    time this step of this saga is run, so that a repeated step has its effect once; a compensation has its own.
    """

    saga_id: str
    key: str
    state: S
    attempt: int
    failure: Failure | None = None
    """For compensations: why the saga was turned back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """The error that turned a saga back."""

    step: str
    code: str
    """The error's stable code, or ``seamline.defect`` where it was none of a contract's."""
    data: dict[str, Any]
    """The error's fields, as plain JSON values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """What happens when a step meets an error that may pass: exponential backoff with a fifth of jitter."""

    attempts: int | None = 8
    """Failed attempts after which the saga is turned back. None goes on for ever: for steps that cannot be undone."""
    first: float = 0.5
    """Seconds before the second attempt; doubles with each, up to five minutes."""
    stuck_after: int = 10
    """Failed attempts after which a saga that goes on for ever, or cannot be undone, is called stuck."""

    def delay_after(self, attempts: int) -> float:
        """Seconds to wait after so many failed attempts."""
        return min(self.first * 2.0 ** min(attempts - 1, 20), LONGEST_DELAY) * random.uniform(0.8, 1.2)  # noqa: S311


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Generic[S]):
    """One effect in another module and what undoes it.

    Both run outside transactions and may run more than once, also after a crash: they call one command each, with the
    key of the run. ``action`` answers the new state, or None where it stays. ``compensation`` must be harmless where
    nothing happened, because a step whose outcome is unknown is undone as well.
    """

    name: str
    action: Callable[[StepRun[S]], S | None]
    compensation: Callable[[StepRun[S]], None] | None = None
    timeout: float = 6.0
    """Seconds that one run of the action or compensation may take."""
    retry: Retry = Retry()
    recorded: bool = True
    """Whether progress is written down right after it. False writes it with the next step's: one statement less, and
    a runner that dies in between runs this step once more, without effect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait(Generic[S]):
    """A place where the saga rests, without a thread or a connection: until a time, or until a signal arrives.

    Without ``signal`` it goes on when the time has come. With one it goes on when ``signal(...)`` of that name was
    given, before or after it got here; when the time comes first, the saga is turned back with ``seamline.timed_out``.
    """

    name: str
    until: timedelta | Callable[[S], datetime]
    """How long from when the saga got here, or an aware time told by the state."""
    signal: str = ""
    take: Callable[[S, Any], S] | None = None
    """The state after the signal, from the state before and the signal's data as plain JSON values. A contract error
    raised here, such as a refusal that the signal tells, turns the saga back."""

    when: Callable[[S], bool] | None = None
    """Whether a saga in this state has to wait; where not, it goes on at once and nothing is recorded."""

    compensation: ClassVar[None] = None
    retry: ClassVar[Retry] = Retry()
    recorded: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if self.take is not None and not self.signal:
            raise ValueError(f"The wait {self.name!r} takes data and names no signal: give signal=.")
        if isinstance(self.until, timedelta) and self.until <= timedelta():
            raise ValueError(f"The wait {self.name!r} has until={self.until!r}: give a time above zero.")

    def is_needless(self, state: S) -> bool:
        """Whether a saga in this state need not wait here."""
        return self.when is not None and not self.when(state)


@dataclass(frozen=True, kw_only=True)
class Saga(Generic[S]):
    """A process of several steps, the same in every process that hosts its module.

    >>> CHECKOUT = Saga(
    ...     name="orders.checkout", version=1, module="orders", state=CheckoutState,
    ...     steps=(Step(name="reserve_stock", action=reserve_stock, compensation=release_stock), ...),
    ...     complete=place, reject=reject,
    ... )

    ``complete(state)`` runs after the last step, ``reject(state, failure)`` after the last compensation: both inside
    ``atomic(module)``, in the same commit as the end of the saga, so they run to their end exactly once. Instances go
    on under the version they began with: keep an old version in the manifest while some are unfinished.
    """

    name: str
    version: int
    module: str
    state: type[S]
    """A frozen dataclass that the codec can carry. It is stored as JSON: no secrets."""
    steps: tuple[Step[S] | Wait[S], ...]
    complete: Callable[[S], Any]
    """What it answers can be had from the runner that ended the saga."""
    reject: Callable[[S, Failure], Any]
    within: timedelta | None = None
    """How long it may take from its start. A saga that is not through by then is turned back at its next attempt with
    ``seamline.timed_out``, except at a step that is tried for ever."""

    def __post_init__(self) -> None:
        if not self.name.startswith(f"{self.module}.") or self.name == f"{self.module}.":
            raise ValueError(f'The saga {self.name!r} needs a name like "{self.module}.<what it does>".')
        if not is_dataclass(self.state):
            raise ValueError(f"The state of {self.name} is {self.state!r}: give a frozen dataclass.")
        names = [step.name for step in self.steps]
        if not names or len(set(names)) < len(names):
            raise ValueError(f"{self.name} has the steps {names}: give at least one, each with a name of its own.")
        seconds = 0.0
        for step in self.steps:
            if isinstance(step, Wait):
                seconds = 0.0 if step.when is None else seconds
                continue
            seconds += step.timeout
            if step.timeout <= 0 or seconds > LONGEST_STEP:
                raise ValueError(
                    f"The step {step.name!r} of {self.name} has timeout={step.timeout!r}: it and the steps before it "
                    f"that are not recorded may take {LONGEST_STEP:g} s, so that they end well before the lease."
                )
            seconds = 0.0 if step.recorded else seconds

    def lease_at(self, index: int, *, backwards: bool) -> float:
        """Seconds that a runner may be silent at a step before another takes the saga over.

        Somewhat longer than all that is run until progress is written down next: a runner that lives writes in time,
        and one that was killed is missed soon. Taking over too early would repeat a step, without effect.
        """
        seconds = 0.0
        for step in reversed(self.steps[: index + 1]) if backwards else self.steps[index:]:
            if isinstance(step, Step):
                seconds += step.timeout if not backwards or step.compensation is not None else 0.0
            is_written = step.compensation is not None if backwards else step.recorded
            if is_written and not (isinstance(step, Wait) and step.when is not None):
                break
        return _LEASE_MARGIN + _LEASE_FACTOR * seconds

    @property
    def longest_lease(self) -> float:
        """The longest of them, for whoever takes a saga over before knowing where it is."""
        return max(
            self.lease_at(index, backwards=backwards) for index in range(len(self.steps)) for backwards in (False, True)
        )

    def index_of(self, step: str) -> int:
        """The place of a step.

        :raises LookupError: this version has no such step.
        """
        for index, candidate in enumerate(self.steps):
            if candidate.name == step:
                return index
        raise LookupError(f"{self.name} version {self.version} has no step {step!r}.")
