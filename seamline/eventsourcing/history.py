"""What happened to aggregates, event by event: when, by whom, because of what. For audits and for reading back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from seamline.contract import Event
from seamline.data import connection_for
from seamline.events.stored import StoredEvent
from seamline.eventsourcing.aggregate import AggregateType
from seamline.eventsourcing.personal import opened

_READ = """
SELECT stream, version, position, event_id, name, schema_version, key, data::text, meta::text, at, hash
FROM event_log WHERE stream = ANY(%s) ORDER BY stream, version
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One event of a stream, as it was recorded."""

    stream: str
    version: int
    position: int
    event_id: UUID
    name: str
    at: datetime
    event: Event
    meta: dict[str, Any]
    """Beside it: ``actor``, ``correlation``, ``causation``, ``traceparent``, where known."""
    hash: bytes

    @property
    def actor(self) -> str:
        """On whose behalf it happened."""
        return str(self.meta.get("actor", ""))

    @property
    def reason(self) -> str:
        """Why, where the event says so."""
        return str(getattr(self.event, "reason", ""))


def histories(type_: AggregateType[Any], ids: Sequence[str]) -> dict[str, list[Recorded]]:
    """The events of several aggregates by id, each in order, in one statement; those without any are left out.

    :raises UndecodableEvent: a stream holds what this code cannot read.
    """
    with connection_for(type_.module).cursor() as cursor:
        cursor.execute(_READ, [[type_.stream(id) for id in ids]])
        rows = cursor.fetchall()
    found: dict[str, list[Recorded]] = {}
    for row in rows:
        found.setdefault(type_.id_of(row[0]), []).append(_recorded(type_, row))
    return found


def _recorded(type_: AggregateType[Any], row: Sequence[Any]) -> Recorded:
    stream, version, position, event_id, name, schema_version, key, data, meta, at, digest = row
    stored = StoredEvent(position, event_id, name, schema_version, key, opened(type_, name, data), meta, at)
    return Recorded(
        stream=stream,
        version=version,
        position=position,
        event_id=event_id,
        name=name,
        at=at,
        event=stored.decode(),
        meta=msgspec.json.decode(meta),
        hash=bytes(digest or b""),
    )
