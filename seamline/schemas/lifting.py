"""Reading a payload of the corpus exactly as a subscriber reads it from a log, upcasters included."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from seamline.contract import Event
from seamline.contract.codec import encode
from seamline.events.stored import StoredEvent


def decoded(*, event: str, schema_version: int, payload: dict[str, Any]) -> Event:
    """The typed event.

    :raises UndecodableEvent: the classes and upcasters of this process cannot read it.
    """
    return StoredEvent(
        position=1,
        event_id=UUID(int=0),
        name=event,
        schema_version=schema_version,
        key="",
        data=encode(payload).decode(),
        meta="{}",
        at=datetime(2026, 1, 1, tzinfo=UTC),
    ).decode()
