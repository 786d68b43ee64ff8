"""``publish``: events join the business transaction. One INSERT into the module's own log, whatever their number.

No NOTIFY here: inside a writing transaction it would serialise all commits. Dispatchers are woken after the commit.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from functools import cache, partial
from typing import Any
from uuid import UUID

import psycopg

from seamline.calls.context import current_call
from seamline.contract import Event
from seamline.contract.codec import encode
from seamline.contract.event import module_of
from seamline.data import after_commit, connection_for, current_transaction
from seamline.modules.registry import module_named

_TYPES = ("::uuid", "", "", "", "", "")
_INSERT = "INSERT INTO event_log (event_id, name, schema_version, key, data, meta) VALUES "

PREPARE_AFTER = 5
"""Executions of a statement on one connection after which it is prepared."""

causing_event: ContextVar[UUID | None] = ContextVar("seamline_causing_event", default=None)
"""The event that is being handled; what the handler publishes names it as its cause."""

muted: ContextVar[bool] = ContextVar("seamline_muted", default=False)
"""True while rows are made anew from old events: what is published then was told before, and goes nowhere."""

_declared: set[type[Event]] = set()
_listeners: list[Callable[[str], None]] = []


def on_published(listener: Callable[[str], None]) -> None:
    """Call the listener with the module's name after each commit of this process that holds events."""
    _listeners.append(listener)


def tell(publisher: str) -> None:
    """Call all listeners, as after a commit."""
    for listener in _listeners:
        listener(publisher)


def publish(*events: Event) -> tuple[UUID, ...]:
    """Append events to the log of the module whose transaction is open; they exist if and only if it commits.

    :returns: the ids of the events, in order.
    :raises RuntimeError: no transaction of the publishing module is open.
    :raises ValueError: the module's contract does not declare an event.
    """
    if not events:
        return ()
    transaction = current_transaction()
    module = transaction.module if transaction is not None else None
    for kind in {type(event) for event in events}:
        _check(kind, module)
    assert module is not None
    if muted.get():
        return tuple(new_event_id() for _ in events)
    meta = encode(meta_of_call()).decode()
    parameters: list[str | int] = []
    identifiers = []
    for event in events:
        identifier = new_event_id()
        identifiers.append(identifier)
        parameters += (
            str(identifier), event.event_name, event.schema_version, event.key, encode(event).decode(), meta
        )  # fmt: skip
    execute_prepared(module, _INSERT + placeholders(_TYPES, rows=len(events)), parameters)
    announce(module)
    return tuple(identifiers)


def new_event_id() -> UUID:
    """A UUID of version 7: ids of one time lie together in the index."""
    return UUID(new_event_ids(1)[0])


def new_event_ids(count: int) -> list[str]:
    """Several of them, as text."""
    time_part = f"{time.time_ns() // 1_000_000 & 0xFFFF_FFFF_FFFF:012x}"
    head = f"{time_part[:8]}-{time_part[8:]}-7"
    random = os.urandom(10 * count).hex()
    parts = (random[start : start + 20] for start in range(0, 20 * count, 20))
    return [f"{head}{part[:3]}-{'89ab'[int(part[3], 16) & 3]}{part[4:7]}-{part[7:19]}" for part in parts]


def execute_prepared(module: str, statement: str, parameters: Sequence[Any]) -> None:
    """Write into the open transaction as a prepared statement, which Django's cursors never are.

    The server parses and plans it once a connection, and the driver does not look for placeholders of its own kind: the
    statement has PostgreSQL's, ``$1`` and so on.
    """
    connection = connection_for(module)
    session = connection.connection
    if session.prepare_threshold is None:
        session.prepare_threshold = PREPARE_AFTER
    bound: Any = psycopg.RawCursor(session)
    with connection.make_debug_cursor(bound) if connection.queries_logged else connection.make_cursor(bound) as cursor:
        cursor.execute(statement, parameters)


@cache
def placeholders(types: tuple[str, ...], *, rows: int) -> str:
    """So many rows of VALUES, whose columns have these casts, such as ``::uuid`` or none."""
    width = len(types)
    return ", ".join(
        f"({', '.join(f'${row * width + column}{cast}' for column, cast in enumerate(types, start=1))})"
        for row in range(rows)
    )


def announce(module: str) -> None:
    """Tell all listeners once the module's open transaction has committed, for it holds events."""
    after_commit(module, _announcer(module))


@cache
def _announcer(module: str) -> Callable[[], None]:
    return partial(tell, module)


def _check(event: type[Event], module: str | None) -> None:
    publisher = module_of(event)
    if publisher != module:
        where = "no transaction is open" if module is None else f"the open transaction is one of {module!r}"
        raise RuntimeError(
            f"{event.event_name} was published but {where}. Publish it where its module writes the rows that it tells "
            f'of: with atomic("{publisher}"): ...'
        )
    _check_declared(event)


def _check_declared(event: type[Event]) -> None:
    if event in _declared:
        return
    publisher = module_of(event)
    contract = module_named(publisher).contract
    if contract is None or event not in contract.events:
        raise ValueError(
            f"{event.event_name} is no event of the contract of {publisher!r}. Add {event.__name__} to the events of "
            "its contract, so that others can subscribe to it."
        )
    _declared.add(event)


def meta_of_call() -> dict[str, str]:
    """What is kept beside an event: who acts, what caused it, and what it belongs to."""
    call = current_call()
    cause = causing_event.get()
    meta = {"actor": call.origin.actor}
    if call.origin.correlation_id:
        meta["correlation"] = call.origin.correlation_id
    if call.origin.traceparent:
        meta["traceparent"] = call.origin.traceparent
    if cause is not None:
        meta["causation"] = str(cause)
    elif call.operation:
        meta["causation"] = call.operation
    return meta
