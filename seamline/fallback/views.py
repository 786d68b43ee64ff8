"""Requests for modules that live elsewhere, below ``/api/v1/<module>/``: authenticated here, answered there.

The client notices nothing but a hop. Its cookies and its token end here: the module gets a sealed identity instead, and
cannot set cookies of its own, because those would be the hub's. This file may not know where a module lives.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse, UnreadablePostError
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView
from urllib3.response import BaseHTTPResponse

from seamline.calls import current_call
from seamline.discovery import Balancer, balancer_for
from seamline.fallback.forwarding import Body, Outgoing, forward
from seamline.fallback.paths import AmbiguousPath, target_of
from seamline.gateway.problems import Problem, bad_path
from seamline.identity import HEADER, seal
from seamline.identity.headers import may_enter, may_leave, named_by
from seamline.identity.resolving import identity_of
from seamline.signing import installed_keys
from seamline.web.problem import json_error_page
from seamline.web.request_context import TIMEOUT_HEADER

_WITHOUT_BODY = frozenset((204, 304))
_LENGTH = re.compile(r"[0-9]{1,12}")


@extend_schema(exclude=True)
class Elsewhere(APIView):
    """One module that is hosted elsewhere."""

    module = ""
    balancer: Callable[[str], Balancer] = staticmethod(balancer_for)
    """Who picks the instance."""
    throttle_classes = ()  # the module counts, by the same rules, what reaches it

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[BaseRenderer, str]:
        """The module negotiates; problems of ours are JSON."""
        return JSONRenderer(), "application/json"

    @property
    def default_response_headers(self) -> dict[str, str]:
        """None: which methods a path allows is the module's to say."""
        return {}

    def http_method_not_allowed(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """What no module is asked by."""
        self.headers = {"Allow": ", ".join(self.allowed_methods)}
        return super().http_method_not_allowed(request, *args, **kwargs)

    def forward(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Pass it on and pass the answer back."""
        plain = request._request
        deadline = self.deadline(request)
        try:
            response = forward(
                Outgoing(
                    method=request.method or "",
                    target=_target(plain),
                    headers=self._headers(request),
                    body=_body(plain),
                    deadline=deadline,
                ),
                module=self.module,
                balancer=self.balancer(self.module),
            )
            answer: HttpResponseBase
            if request.method == "HEAD" or response.status in _WITHOUT_BODY:
                response.drain_conn()
                response.release_conn()
                answer = HttpResponse(status=response.status)
            else:
                answer = StreamingHttpResponse(self.body(response, deadline=deadline), status=response.status)
        except Problem as problem:
            return self.gave_up(request, problem)
        del answer.headers["Content-Type"]
        ending = named_by(response.headers.getlist("Connection"))
        for name, value in response.headers.items():
            if may_leave(name, named_by_connection=ending):
                answer.headers[name] = value
        return answer

    def deadline(self, request: Request) -> float:
        """Until when the instances may answer; a reading of ``time.monotonic()``."""
        return current_call().deadline

    def body(self, response: BaseHTTPResponse, *, deadline: float) -> Iterable[bytes]:
        """The answer's body, as it comes.

        :raises Problem: there is none.
        """
        return Body(response, deadline=deadline)

    def gave_up(self, request: Request, problem: Problem) -> HttpResponseBase:
        """What the client gets where no instance answered."""
        return _problem(request._request, problem)

    get = post = put = patch = delete = head = options = forward  # type: ignore[assignment]

    def _headers(self, request: Request) -> dict[str, str]:
        plain = request._request
        ending = named_by((plain.headers.get("Connection", ""),))
        headers = {
            name: value
            for name, value in plain.headers.items()
            if may_enter(name, named_by_connection=ending) and name not in ("Host", "Content-Length")
        }
        origin = current_call().origin
        headers["Host"] = plain.get_host()
        left = current_call().deadline - time.monotonic()
        headers[TIMEOUT_HEADER] = str(max(0, int(left * 1000)))
        headers["X-Request-ID"] = origin.correlation_id
        if origin.traceparent:
            headers["Traceparent"] = origin.traceparent
        headers["X-Forwarded-For"] = BaseThrottle().get_ident(request) or ""
        headers["X-Forwarded-Host"] = plain.get_host()
        headers["X-Forwarded-Proto"] = plain.scheme or "http"
        headers[HEADER] = seal(identity_of(request), audience=self.module, keys=installed_keys(), now=time.time())
        return headers


def _target(request: HttpRequest) -> str:
    try:
        return target_of(path=request.path_info, query=request.META.get("QUERY_STRING", ""))
    except AmbiguousPath as error:
        raise bad_path(str(error)) from error


def _body(request: HttpRequest) -> bytes:
    """Whole, so that it can be sent to another instance when the first does not take it.

    :raises Problem: it is larger than requests to hosted modules may be, or its length is not said.
    """
    length, most = request.META.get("CONTENT_LENGTH") or "", settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if not length:
        if "HTTP_TRANSFER_ENCODING" in request.META:
            raise Problem(411, "length_required", "Give the Content-Length of the body.")
        return b""
    if not _LENGTH.fullmatch(length):
        raise Problem(400, "malformed_request", "Content-Length is no number.")
    if int(length) > most:
        raise Problem(413, "too_large", f"The body has {length} bytes; {most} are allowed.")
    try:
        body = request.read(int(length))
    except UnreadablePostError as error:
        raise _short() from error
    if len(body) < int(length):
        raise _short()
    return body


def _short() -> Problem:
    return Problem(400, "malformed_request", "The body is shorter than its Content-Length.")


def _problem(request: HttpRequest, problem: Problem) -> HttpResponse:
    answer = json_error_page(request, status=problem.status, code=problem.code, detail=problem.detail)
    for name, value in problem.headers.items():
        answer.headers[name] = value
    return answer
