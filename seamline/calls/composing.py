"""One answer of several modules' parts: asked side by side, each with its own time, whatever of them can be had.

The same idea as the gateway's compositions, for code that calls contracts. What becomes of each part is told, so that a
reader can tell "none" from "not known now". This file may not know what the parts are.
"""

from __future__ import annotations

import contextvars
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any

from seamline.calls.context import deadline_in, remaining_seconds
from seamline.contract import CallInsideTransaction, ContractError, DeadlineExceeded, ErrorKind
from seamline.data.transaction import current_transaction, release_connections

THREADS = 32
"""Of a process, for the parts of all compositions; parts that find none wait for one, within their time."""
GRACE = 0.05
"""Seconds beyond a part's time that are waited for its own word that the time is up."""
_DEGRADED = (ErrorKind.UNAVAILABLE, ErrorKind.TIMEOUT)
logger = logging.getLogger(__name__)
Known = Mapping[str, Any]


class PartState(StrEnum):
    """What became of a part."""

    OK = "ok"
    FALLBACK = "fallback"
    DEFAULT = "default"
    """It could not be had."""
    SKIPPED = "skipped"
    """There was nothing to ask for: a part that it needs could not be had."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPart:
    """One piece of an answer.

    ``ask`` gets the parts that it comes ``after``, by name, and makes one call. It runs in a thread of its own, so it
    may not touch the request's session or a lazy queryset.
    """

    name: str
    ask: Callable[[Known], Any]
    timeout: float
    """Seconds for ``ask``, and for ``fallback`` again."""
    after: tuple[str, ...] = ()
    required: bool = False
    """Without it there is no answer: its error is raised."""
    fallback: Callable[[Known], Any] | None = None
    """Asked instead when the module cannot be reached, fails or is too slow."""
    default: Any = None
    """What an optional part is when all else fails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartOutcome:
    """How a part was come by."""

    state: PartState
    milliseconds: float = 0.0
    reason: str = ""
    """Why not the first way: ``timeout``, ``unavailable``, or the code of the module's own error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """All parts, and how each was come by."""

    values: Mapping[str, Any]
    outcomes: Mapping[str, PartOutcome]

    @property
    def is_complete(self) -> bool:
        """Whether every part is what its module answered."""
        return all(outcome.state is PartState.OK for outcome in self.outcomes.values())


@dataclass(slots=True)
class _Run:
    """A composition under way."""

    parts: Mapping[str, CallPart]
    values: dict[str, Any] = field(default_factory=dict)
    outcomes: dict[str, PartOutcome] = field(default_factory=dict)
    under_way: dict[Future[tuple[Any, PartOutcome]], tuple[CallPart, float]] = field(default_factory=dict)


def compose(parts: Sequence[CallPart], *, timeout: float) -> Composed:
    """Ask for all parts, side by side where they do not need each other, and wait no longer than this many seconds.

    :raises ContractError: a required part cannot be had; or the module refused it, for a reason of its own.
    :raises CallInsideTransaction: a transaction is open.
    :raises ValueError: a part comes after one that is not before it in the sequence.
    """
    transaction = current_transaction()
    if transaction is not None:
        raise CallInsideTransaction(operation="a composition", transaction=transaction.module)
    _check(parts)
    run = _Run(parts={part.name: part for part in parts})
    with deadline_in(timeout):
        _begin_what_can(run)
        while run.under_way:
            patience = min(until for _, until in run.under_way.values()) - time.monotonic()
            done, _ = wait(run.under_way, timeout=max(patience, 0.0), return_when=FIRST_COMPLETED)
            for future in done:
                part, _ = run.under_way.pop(future)
                run.values[part.name], run.outcomes[part.name] = future.result()
            _give_up_the_late(run)
            _begin_what_can(run)
    return Composed(
        values={part.name: run.values[part.name] for part in parts},
        outcomes={part.name: run.outcomes[part.name] for part in parts},
    )


def _check(parts: Sequence[CallPart]) -> None:
    before: set[str] = set()
    for part in parts:
        if part.name in before or not before.issuperset(part.after):
            raise ValueError(
                f"The part {part.name!r} comes after {', '.join(part.after) or 'itself'}: list each part once, and "
                "behind those that it needs."
            )
        before.add(part.name)


def _begin_what_can(run: _Run) -> None:
    waiting = {part.name for part, _ in run.under_way.values()}
    for part in run.parts.values():
        if part.name in run.outcomes or part.name in waiting or not run.outcomes.keys() >= set(part.after):
            continue
        if any(run.outcomes[name].state in (PartState.DEFAULT, PartState.SKIPPED) for name in part.after):
            run.values[part.name], run.outcomes[part.name] = part.default, PartOutcome(state=PartState.SKIPPED)
            continue
        known = {name: run.values[name] for name in part.after}
        future = _threads().submit(contextvars.copy_context().run, _come_by, part, known)
        tries = 1 if part.fallback is None else 2
        seconds = min(part.timeout * tries, remaining_seconds()) + GRACE
        run.under_way[future] = part, time.monotonic() + seconds


def _give_up_the_late(run: _Run) -> None:
    now = time.monotonic()
    for future, (part, until) in list(run.under_way.items()):
        if until > now or future.done():
            continue
        del run.under_way[future]
        future.cancel()
        error = DeadlineExceeded(operation=f"the part {part.name!r}")
        run.values[part.name], run.outcomes[part.name] = _without(part, error, milliseconds=part.timeout * 1000)


def _come_by(part: CallPart, known: Known) -> tuple[Any, PartOutcome]:
    """In a thread of the pool: ask, then the fallback."""
    began = time.monotonic()

    def milliseconds() -> float:
        return round((time.monotonic() - began) * 1000, 2)

    try:
        with deadline_in(part.timeout):
            return part.ask(known), PartOutcome(state=PartState.OK, milliseconds=milliseconds())
    except ContractError as error:
        found = _fall_back(part, known) if error.kind in _DEGRADED else None
        if found is None:
            return _without(part, error, milliseconds=milliseconds())
        (value,) = found
        return value, PartOutcome(state=PartState.FALLBACK, milliseconds=milliseconds(), reason=_reason(error))
    finally:
        release_connections()


def _fall_back(part: CallPart, known: Known) -> tuple[Any] | None:
    if part.fallback is None:
        return None
    try:
        with deadline_in(part.timeout):
            return (part.fallback(known),)
    except ContractError as error:
        logger.info("The fallback of the part %s failed as well: %s", part.name, error)
        return None


def _without(part: CallPart, error: ContractError, *, milliseconds: float) -> tuple[Any, PartOutcome]:
    if part.required:
        raise error
    logger.info("The part %s is left out: %s", part.name, error)
    return part.default, PartOutcome(state=PartState.DEFAULT, milliseconds=milliseconds, reason=_reason(error))


def _reason(error: ContractError) -> str:
    if error.kind is ErrorKind.TIMEOUT:
        return "timeout"
    return "unavailable" if error.kind is ErrorKind.UNAVAILABLE else error.code


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="seamline-part")
