"""``POST /internal/calls/<module>/<operation>``: signed calls of other deployables, answered by the hosted modules.

It stands before Django's middleware, because sessions, cookies and hosts mean nothing here and cost most of a request.
Whoever cannot sign learns nothing but that. This file may not know where a module lives.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from seamline.calls.endpoint.hosted import Hosted, hosted_here
from seamline.calls.endpoint.serving import Served, serve
from seamline.calls.wire import MOST_BYTES, PATH
from seamline.contract.codec import encode
from seamline.data.opened import tidy_connections
from seamline.signing import Message, Refusal, SignatureRefused, Signed, installed_keys, sign_answer, verify
from seamline.signing.signature import SCHEME
from seamline.signing.verifier import replays

logger = logging.getLogger(__name__)
StartResponse = Callable[..., Any]
Application = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]


def with_internal_calls(application: Application, *, hosted: Hosted = hosted_here) -> Application:
    """The application with the endpoint of internal calls in front of it."""

    def dispatch(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if not path.startswith(PATH):
            return application(environ, start_response)
        served, signed = _answer(environ, path, hosted)
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(served.body)))]
        if signed is not None:
            signature = sign_answer(served.body, status=served.status, request=signed, keys=installed_keys())
            headers.append(("Seamline-Signature", signature))
        elif served.status == HTTPStatus.UNAUTHORIZED:
            headers.append(("WWW-Authenticate", SCHEME))
        if served.status == HTTPStatus.METHOD_NOT_ALLOWED:
            headers.append(("Allow", "POST"))
        start_response(f"{served.status} {HTTPStatus(served.status).phrase}", headers)
        return [served.body]  # a list: servers send it in one piece with the head, other iterables in pieces

    return dispatch


def _answer(environ: dict[str, Any], path: str, hosted: Hosted) -> tuple[Served, Signed | None]:
    module, _, operation = path.removeprefix(PATH).partition("/")
    if environ["REQUEST_METHOD"] != "POST":
        return _plain(HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed", "Calls are sent by POST."), None
    try:
        length = int(environ.get("CONTENT_LENGTH") or -1)
    except ValueError:
        length = -1
    if length < 0:
        return _plain(HTTPStatus.LENGTH_REQUIRED, "length_required", "Give the Content-Length of the call."), None
    if length > MOST_BYTES:
        text = f"The call has {length} bytes; {MOST_BYTES} are allowed."
        return _plain(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", text), None
    header = environ.get("HTTP_AUTHORIZATION")
    if not header:
        # Before the body is read: who does not even try to sign shall cost nothing.
        return _unsigned(SignatureRefused(Refusal.MISSING)), None
    body = environ["wsgi.input"].read(length)
    try:
        signed = verify(
            Message(method="POST", path=path, query=environ.get("QUERY_STRING", ""), body=body),
            header=header,
            keys=installed_keys(),
            audience=module,
            now=time.time(),
            replays=replays,
        )
    except SignatureRefused as refused:
        logger.warning("A call of %s was refused: %s", path[:200], refused.reason)
        return _unsigned(refused), None
    try:
        return serve(hosted=hosted, module=module, name=operation, body=body), signed
    finally:
        tidy_connections()


def _unsigned(refused: SignatureRefused) -> Served:
    return _plain(HTTPStatus.UNAUTHORIZED, str(refused.reason), str(refused))


def _plain(status: HTTPStatus, code: str, detail: str) -> Served:
    return Served(status=status, body=encode({"code": code, "detail": detail}))
