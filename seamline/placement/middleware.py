"""Requests below ``/api/v1/<module>/`` of a module that is placed at a service: passed on, and else answered here.

Answered here is what the service certainly did not get, and what may arrive twice: reads, and whatever has an
idempotency key, which both sides know. What a door has passed on already is never passed on again. Put it last:
sessions and who is logged in are settled before. This file may not know a module.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from io import BytesIO

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBase, UnreadablePostError
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from seamline.calls import current_call
from seamline.fallback.forwarding import Body
from seamline.fallback.views import Elsewhere
from seamline.gateway.problems import Problem, broken_upstream
from seamline.identity import HEADER
from seamline.placement.here import placed_at_service
from seamline.placement.reaching import balancer_at_service

SHARE = 0.5
"""Of the time that a request has, which the service gets where the request can be answered here afterwards."""
LONGEST = 5.0
"""Seconds that it gets at most then."""
MOST_HELD = 1024 * 1024
"""Bytes of an answer that is looked at whole before it is passed back."""
_PATH = re.compile(r"/api/v1/([a-z][a-z0-9_]*)/")
_REPEATABLE = frozenset(("GET", "HEAD", "OPTIONS", "PUT", "DELETE"))
_AWAY = frozenset((502, 503, 504))
_NOT_SENT = "no_instance"
_BROKEN = frozenset((_NOT_SENT, "bad_gateway", "gateway_timeout"))


class _NotAnswered(HttpResponse):
    """Stands for an answer that this process has to give."""


@extend_schema(exclude=True)
class AtService(Elsewhere):
    """One hosted module that is placed at a service."""

    balancer = staticmethod(balancer_at_service)

    def deadline(self, request: Request) -> float:
        """Sooner where there is something to be done afterwards."""
        now, whole = time.monotonic(), current_call().deadline
        return min(now + (whole - now) * SHARE, now + LONGEST) if _is_repeatable(request._request) else whole

    def body(self, response: BaseHTTPResponse, *, deadline: float) -> Iterable[bytes]:
        """Whole, where its length is said and small: while nothing has left, another answer can be given.

        :raises Problem: it breaks off, or says that the service cannot answer now.
        """
        if response.status in _AWAY and _is_repeatable(self.request._request):
            response.close()
            response.release_conn()
            raise broken_upstream(self.module)
        length, body = response.headers.get("Content-Length", ""), Body(response, deadline=deadline)
        if not (length.isdecimal() and len(length) < 10 and int(length) <= MOST_HELD):
            return body
        try:
            chunks = tuple(body)
        except HTTPError as error:
            raise broken_upstream(self.module) from error
        if sum(map(len, chunks)) != int(length):
            raise broken_upstream(self.module)
        return chunks

    def gave_up(self, request: Request, problem: Problem) -> HttpResponseBase:
        """Leave it to this process, unless the service may have done what may not be done twice."""
        if problem.code == _NOT_SENT or (problem.code in _BROKEN and _is_repeatable(request._request)):
            return _NotAnswered(status=problem.status)
        return super().gave_up(request, problem)


class PlacementMiddleware:
    """Passes requests on where their module is placed at a service; costs others a look at an empty set."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._views: dict[str, Callable[..., HttpResponseBase]] = {}

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not placed_at_service() or not self._is_to_pass(request):
            return self.get_response(request)
        try:
            body = request.body  # kept, so that it can be read once more
        except (RequestDataTooBig, UnreadablePostError):
            return self.get_response(request)  # which refuses it
        before = dict(vars(request))  # the view puts who asks there, as it is seen by it
        answer = self._view_of(request)(request)
        if not isinstance(answer, _NotAnswered):
            return answer.render() if isinstance(answer, Response) and not answer.is_rendered else answer
        vars(request).clear()
        vars(request).update(before, _stream=BytesIO(body))
        return self.get_response(request)

    @staticmethod
    def _is_to_pass(request: HttpRequest) -> bool:
        found = _PATH.match(request.path_info)
        return (
            found is not None
            and found[1] in placed_at_service()
            and settings.SEAMLINE_DOOR
            and request.path_info not in settings.SEAMLINE_SESSION_PATHS
            and HEADER not in request.headers
        )

    def _view_of(self, request: HttpRequest) -> Callable[..., HttpResponseBase]:
        found = _PATH.match(request.path_info)
        assert found is not None
        return self._views.setdefault(found[1], AtService.as_view(module=found[1]))


def _is_repeatable(request: HttpRequest) -> bool:
    return request.method in _REPEATABLE or "Idempotency-Key" in request.headers
