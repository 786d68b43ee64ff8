"""An event as a CloudEvent 1.0 in JSON, structured mode: what leaves is one document. This file knows no broker.

The payload is that of the newest schema: old versions are lifted before. ``seamline.schemas.asyncapi`` documents the
attributes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import Any

from seamline.contract import Event
from seamline.contract.codec import encode
from seamline.events import Delivery

CONTENT_TYPE = "application/cloudevents+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is sent of one event."""

    event_id: str
    name: str
    publisher: str
    key: str
    body: bytes
    """The CloudEvent."""


def message_of(delivery: Delivery[Event], *, source: str = "/seamline") -> Message:
    """The event's message; the same for each attempt, so that receivers can tell a repetition by the id.

    :param source: what the attribute of this name begins with; the publisher follows.
    """
    event = delivery.event
    event_class = type(event)
    key = event.key
    attributes: dict[str, Any] = {
        "specversion": "1.0",
        "id": str(delivery.event_id),
        "source": f"{source}/{delivery.publisher}",
        "type": event_class.event_name,
        "time": delivery.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        # As text they compare like numbers, which the extension "sequence" asks for.
        "sequence": f"{delivery.position:019}",
        "schemaversion": str(event_class.schema_version),
    }
    if key:
        attributes |= {"subject": key, "partitionkey": key}
    if correlation := delivery.meta.get("correlation"):
        attributes["correlationid"] = str(correlation)
    return Message(
        event_id=attributes["id"],
        name=event_class.event_name,
        publisher=delivery.publisher,
        key=key,
        body=encode({**attributes, "data": event}),
    )
