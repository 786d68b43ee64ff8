"""Middleware that gives every request a correlation id, a deadline and a place in a trace, carried by all its calls."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from seamline.calls import acting_as, deadline_in
from seamline.telemetry.spans import Hop, span
from seamline.telemetry.traceparent import accepted

REQUEST_SECONDS = 25.0
"""The whole request's budget; below the 30 s at which front doors commonly give up."""

TIMEOUT_HEADER = "Seamline-Timeout"
"""Milliseconds that a door still waits; believed from anybody, because it can only shorten the budget."""
LONGEST_PATH = 200
_MILLISECONDS = re.compile(r"[0-9]{1,6}")
_ACCEPTABLE = re.compile(r"[A-Za-z0-9._-]{8,64}")


class RequestContextMiddleware:
    """Takes ``X-Request-ID`` where it is well-formed, else makes one, and answers it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if _ACCEPTABLE.fullmatch(given) else uuid.uuid4().hex
        traceparent = accepted(request.headers.get("traceparent"))
        with (
            acting_as("anonymous", correlation_id=request_id, traceparent=traceparent),
            deadline_in(_budget(request)),
            span(request.method or "", Hop.SERVER, **{"url.path": request.path[:LONGEST_PATH]}),
        ):
            response = self.get_response(request)
        response.headers["X-Request-ID"] = request_id
        return response


def _budget(request: HttpRequest) -> float:
    told = request.headers.get(TIMEOUT_HEADER, "")
    return min(REQUEST_SECONDS, int(told) / 1000) if _MILLISECONDS.fullmatch(told) else REQUEST_SECONDS
