"""What travels between a feed's server and its readers: queries and answers as JSON, the same types on both sides.

Unknown fields are skipped, so that either side may be newer. This file may not send anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec

from seamline.events.feed import FeedBatch
from seamline.events.partition import Partition
from seamline.events.stored import StoredEvent

MOST_EVENTS = 1_000
"""Of one answer."""
MOST_BYTES = 8 * 1024 * 1024
"""Of the events of one answer; one event is always sent, whatever its size."""
LONGEST_WAIT = 20.0
"""Seconds of one long poll; requests as a whole have 25."""
MOST_POSITIONS = 200
"""Asked for in one fetch, so that the URL stays short."""
MOST_READERS = 200

Position = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Names = Annotated[
    tuple[Annotated[str, msgspec.Meta(min_length=1, max_length=200)], ...], msgspec.Meta(min_length=1, max_length=200)
]


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """What all queries about a part of the log have in common."""

    after: Position
    names: Names
    index: int = 0
    count: int = 1

    def __post_init__(self) -> None:
        Partition(index=self.index, count=self.count)  # refuses what does not exist

    @property
    def partition(self) -> Partition:
        """The share of the keys that is asked for."""
        return Partition(index=self.index, count=self.count)


class ReadQuery(Query, frozen=True, kw_only=True):
    """Of ``read``: with ``wait`` the answer comes when there is an event, or after so many seconds."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=MOST_EVENTS)]
    wait: Annotated[float, msgspec.Meta(ge=0, le=LONGEST_WAIT)] = 0.0


class FetchQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Of ``fetch``."""

    position: Annotated[tuple[Position, ...], msgspec.Meta(max_length=MOST_POSITIONS)]


class EndQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Of ``end``; with ``at``, of ``position_at``."""

    wanted: Position | None = None
    at: datetime | None = None


class WireEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A ``StoredEvent``; data and meta stand in it as they are."""

    position: int
    event_id: UUID
    name: str
    schema_version: int
    key: str
    data: msgspec.Raw
    meta: msgspec.Raw
    at: datetime


class ReadAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A ``FeedBatch``, up to where the log is settled, and whether there was no place to wait for more."""

    events: tuple[WireEvent, ...]
    position: int
    more: bool
    held_back: bool
    settled: int
    turned_away: bool = False


class FetchAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Events at positions; ``complete`` is False where the rest did not fit into one answer."""

    events: tuple[WireEvent, ...]
    complete: bool


class EndAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Where the log ends; None: ask again with this ``wanted``."""

    end: int | None
    wanted: int


def to_wire(events: Sequence[StoredEvent]) -> tuple[WireEvent, ...]:
    """As many events as fit into one answer, from the first."""
    fitting: list[WireEvent] = []
    size = 0
    for event in events:
        data, meta = event.data.encode(), event.meta.encode()
        size += len(data) + len(meta)
        if fitting and size > MOST_BYTES:
            break
        fitting.append(
            WireEvent(
                position=event.position,
                event_id=event.event_id,
                name=event.name,
                schema_version=event.schema_version,
                key=event.key,
                data=msgspec.Raw(data),
                meta=msgspec.Raw(meta),
                at=event.at,
            )
        )
    return tuple(fitting)


def batch_to_wire(batch: FeedBatch, *, settled: int, turned_away: bool) -> ReadAnswer:
    """A batch as an answer; what does not fit is left for the next one."""
    events = to_wire(batch.events)
    cut = len(events) < len(batch.events)
    return ReadAnswer(
        events=events,
        position=events[-1].position if cut else batch.position,
        more=batch.more or cut,
        held_back=batch.held_back,
        settled=settled,
        turned_away=turned_away,
    )


def from_wire(events: Sequence[WireEvent]) -> tuple[StoredEvent, ...]:
    """The events of an answer."""
    return tuple(
        StoredEvent(
            position=event.position,
            event_id=event.event_id,
            name=event.name,
            schema_version=event.schema_version,
            key=event.key,
            data=bytes(event.data).decode(),
            meta=bytes(event.meta).decode(),
            at=event.at,
        )
        for event in events
    )


def in_query(**values: Any) -> list[tuple[str, str]]:
    """Values as the pairs of a query; sequences give one pair for each, None gives none."""
    pairs = []
    for name, value in values.items():
        if value is None:
            continue
        for each in value if isinstance(value, list | tuple) else (value,):
            pairs.append((name, each.isoformat() if isinstance(each, datetime) else str(each)))
    return pairs
