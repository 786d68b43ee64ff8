"""Events as they lie in a log, and the way back to typed ones: tolerant of new fields, lifting old schema versions.

This file may not know where a log is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from seamline.contract import Event
from seamline.contract.codec import decoder
from seamline.contract.event import event_for_name
from seamline.contract.upcasting import MissingUpcaster, lifted

_decoder: Callable[[Any], Any] = decoder


class UndecodableEvent(Exception):
    """The log holds an event that this process cannot read; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One row of a log; ``data`` and ``meta`` are JSON text."""

    position: int
    event_id: UUID
    name: str
    schema_version: int
    key: str
    data: str
    meta: str
    at: datetime

    def decode(self) -> Event:
        """The typed event; fields that the class does not know are dropped, old versions are lifted.

        :raises UndecodableEvent: the payload does not fit the class, or is newer than it.
        """
        event = event_for_name(self.name)
        if event is None:
            raise UndecodableEvent(
                f"No loaded contract declares the event {self.name!r}; deploy the contract that does."
            )
        try:
            if self.schema_version == event.schema_version:
                decode: Callable[[str], Event] = _decoder(event).decode
                return decode(self.data)
            return msgspec.convert(self._lifted(event.schema_version), event, str_keys=True)
        except msgspec.ValidationError as error:
            raise UndecodableEvent(
                f"{self.name} at position {self.position} (schema version {self.schema_version}) does not fit "
                f"{event.__qualname__}: {error}. Give new fields a default, or register an upcaster."
            ) from error

    def _lifted(self, wanted: int) -> dict[str, Any]:
        if self.schema_version > wanted:
            raise UndecodableEvent(
                f"{self.name} at position {self.position} has schema version {self.schema_version}, this process knows "
                f"up to {wanted}. Deploy the newer contract here, then redrive."
            )
        payload: dict[str, Any] = msgspec.json.decode(self.data)
        try:
            return lifted(payload, name=self.name, from_version=self.schema_version, to_version=wanted)
        except MissingUpcaster as error:
            raise UndecodableEvent(str(error)) from error
