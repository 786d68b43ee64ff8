"""Appending to streams: one INSERT for any number of events, refused where somebody else was faster.

The unique index over stream and version is the lock: of two writers that read the same version one is refused. This
file may not know how states are made.
"""

# ruff: noqa: S608 - nothing but names of columns that stand in this file is put into the statements
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg.errors
from django.db import IntegrityError

from seamline.contract import Event
from seamline.data import current_transaction
from seamline.events.publishing import announce, execute_prepared, meta_of_call, new_event_ids, placeholders
from seamline.eventsourcing.aggregate import AggregateType, ConcurrentAppend
from seamline.eventsourcing.chain import canonical, link, microseconds
from seamline.eventsourcing.personal import sealed

_COLUMNS = "event_id, name, schema_version, key, stream, version, data, meta, previous_hash, hash, at"
_INSERT = f"INSERT INTO event_log ({_COLUMNS}) "
_TYPES = ("uuid", "text", "smallint", "text", "text", "integer", "jsonb", "jsonb", "bytea", "bytea", "timestamptz")
_ROW = ("::uuid", *("" for _ in _TYPES[1:]))
_ARRAYS = ", ".join(f"${number}::{name}[]" for number, name in enumerate(_TYPES, start=1))
FEW = 16
"""Events that are written as rows of their own; more as arrays, one a column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What a stream's next event is chained to."""

    stream: str
    version: int
    hash: bytes
    at: datetime


def append(type_: AggregateType[Any], changes: Sequence[tuple[Link, Sequence[Event]]]) -> list[Link]:
    """Add events behind the ends of their streams, all in one statement, in the module's open transaction.

    :returns: the new end of each stream, in order.
    :raises ConcurrentAppend: a stream is longer by now; the transaction is lost.
    :raises RuntimeError: no transaction of the module is open.
    :raises TypeError: an event is none of the aggregate's.
    """
    module = type_.module
    _check_transaction(type_)
    meta = canonical(meta_of_call())
    now = datetime.now(UTC)
    rows: list[tuple[Any, ...]] = []
    ends = [_chain(type_, end, events, meta=meta, now=now, rows=rows) for end, events in changes]
    if not rows:
        return ends
    try:
        if len(rows) <= FEW:
            parameters = [value for row in rows for value in row]
            execute_prepared(module, f"{_INSERT} VALUES {placeholders(_ROW, rows=len(rows))}", parameters)
        else:
            columns = [list(column) for column in zip(*rows, strict=True)]
            execute_prepared(module, f"{_INSERT} SELECT * FROM unnest({_ARRAYS})", columns)
    except (IntegrityError, psycopg.errors.UniqueViolation) as error:
        if "event_log_stream_version" not in str(error):
            raise
        streams = ", ".join(end.stream for end, _ in changes[:3])
        raise ConcurrentAppend(
            f"Somebody else has added to {streams} since it was read. Read it again and decide again; "
            "Repository.change does so."
        ) from error
    announce(module)
    return ends


def _chain(
    type_: AggregateType[Any],
    end: Link,
    events: Sequence[Event],
    *,
    meta: bytes,
    now: datetime,
    rows: list[tuple[Any, ...]],
) -> Link:
    stream, version, previous = end.stream, end.version, end.hash
    at = max(now, end.at)
    when, meta_text = microseconds(at), meta.decode()
    for event, event_id in zip(events, new_event_ids(len(events)), strict=True):
        if not type_.may_hold(event):
            raise TypeError(
                f"{type(event).__name__} is none of the events of {type_.full_name}; add it to its AggregateType."
            )
        version += 1
        name, schema_version, key = event.event_name, event.schema_version, event.key
        data = canonical(sealed(type_, event) if type_.personal else event)
        digest = link(
            previous,
            stream=stream,
            version=version,
            event_id=event_id,
            name=name,
            schema_version=schema_version,
            key=key,
            microseconds=when,
            data=data,
            meta=meta,
        )
        rows.append(
            (event_id, name, schema_version, key, stream, version, data.decode(), meta_text, previous, digest, at)
        )
        previous = digest
    return Link(stream=stream, version=version, hash=previous, at=at)


def _check_transaction(type_: AggregateType[Any]) -> None:
    transaction = current_transaction()
    if transaction is None or transaction.module != type_.module:
        raise RuntimeError(
            f"{type_.full_name} was saved outside a transaction of its module. Save it where its effects are written: "
            f'with atomic("{type_.module}"): ...'
        )
