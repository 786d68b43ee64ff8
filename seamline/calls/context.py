"""What travels with a call: its deadline, its idempotency key, on whose behalf it is made, and the trace it is part of.

It is kept in a context variable, so that the callee and what the callee calls find it. This file may not know a
placement.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import inf


class Origin:
    """Who started the chain of calls, its correlation id, and the span that it is part of; shared along the chain.

    ``traceparent`` is W3C's header, or empty where nobody traces.
    """

    __slots__ = ("actor", "correlation_id", "traceparent")

    def __init__(self, *, actor: str, correlation_id: str, traceparent: str = "") -> None:
        self.actor = actor
        self.correlation_id = correlation_id
        self.traceparent = traceparent


class Call:
    """The call that is being served: ``operation`` is ``module.name``, or empty outside any call.

    ``deadline`` is a reading of ``time.monotonic()``, infinite where nobody set one.
    """

    __slots__ = ("deadline", "idempotency_key", "operation", "origin")

    def __init__(self, operation: str, deadline: float, idempotency_key: str, origin: Origin) -> None:
        self.operation = operation
        self.deadline = deadline
        self.idempotency_key = idempotency_key
        self.origin = origin


NO_CALL = Call("", inf, "", Origin(actor="system", correlation_id=""))
current: ContextVar[Call] = ContextVar("seamline_call", default=NO_CALL)


def current_call() -> Call:
    """The call that this code serves; outside any, one without operation, deadline and key."""
    return current.get()


def remaining_seconds() -> float:
    """Seconds until the deadline; infinite without one, zero or less when it has passed."""
    return current.get().deadline - time.monotonic()


@contextmanager
def deadline_in(seconds: float) -> Iterator[None]:
    """Give all calls in the block together this many seconds; never more than the caller had left."""
    call = current.get()
    deadline = min(call.deadline, time.monotonic() + seconds)
    token = current.set(Call(call.operation, deadline, call.idempotency_key, call.origin))
    try:
        yield
    finally:
        current.reset(token)


@contextmanager
def acting_as(actor: str, *, correlation_id: str = "", traceparent: str | None = None) -> Iterator[None]:
    """Name on whose behalf the block acts: ``customer:<id>``, ``operator:<name>``, ``system``.

    :param correlation_id: ties together what one request causes; a new one where none is given.
    :param traceparent: the span that the block is part of; the caller's where none is given.
    """
    call = current.get()
    origin = Origin(
        actor=actor,
        correlation_id=correlation_id or uuid.uuid4().hex,
        traceparent=call.origin.traceparent if traceparent is None else traceparent,
    )
    token = current.set(Call(call.operation, call.deadline, call.idempotency_key, origin))
    try:
        yield
    finally:
        current.reset(token)
