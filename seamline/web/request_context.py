"""Middleware that gives every request a correlation id and a deadline, carried by all calls it makes."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from seamline.calls import acting_as, deadline_in

REQUEST_SECONDS = 25.0
"""The whole request's budget; below the 30 s at which front doors commonly give up."""

_ACCEPTABLE = re.compile(r"[A-Za-z0-9._-]{8,64}")


class RequestContextMiddleware:
    """Takes ``X-Request-ID`` where it is well-formed, else makes one, and answers it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if _ACCEPTABLE.fullmatch(given) else uuid.uuid4().hex
        with (
            structlog.contextvars.bound_contextvars(request_id=request_id),
            acting_as("anonymous", correlation_id=request_id),
            deadline_in(REQUEST_SECONDS),
        ):
            response = self.get_response(request)
        response.headers["X-Request-ID"] = request_id
        return response
