"""What each line of a log says of the request that it belongs to, found where the line is written, at no other cost."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from seamline.calls.context import current
from seamline.telemetry.traceparent import trace_id


def add_origin(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A processor of structlog: the request's id and trace, and the operation that is served, where there are any."""
    call = current.get()
    if call.origin.correlation_id:
        event.setdefault("request_id", call.origin.correlation_id)
    if call.origin.traceparent:
        event.setdefault("trace_id", trace_id(call.origin.traceparent))
    if call.operation:
        event.setdefault("operation", call.operation)
    return event
