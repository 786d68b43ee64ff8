"""What all views of the feed share: the signature first, then whether the log is hosted here, then the query.

Errors are problem documents; answers to who may ask are signed in turn. This file may not know what is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from seamline.contract.codec import decoder, encode
from seamline.modules.registry import hosted_modules
from seamline.signing import SignatureRefused, Signed, installed_keys, sign_answer, signed_by
from seamline.signing.signature import SCHEME
from seamline.web.problem import json_error_page

Q = TypeVar("Q")
MOST_BODY = 256 * 1024


def signed_query(kind: type[Q]) -> Callable[[Callable[[str, Q], Any]], Callable[..., HttpResponse]]:
    """A view for GET; the function gets the publisher and the query, and returns what becomes JSON."""

    def decorate(function: Callable[[str, Q], Any]) -> Callable[..., HttpResponse]:
        def answer(request: HttpRequest, publisher: str, signed: Signed) -> Any:
            return function(publisher, _query(request, kind))

        return _view("GET", answer)

    return decorate


def signed_body(kind: Any) -> Callable[[Callable[[str, str, Any], Any]], Callable[..., HttpResponse]]:
    """A view for POST; the function gets the publisher, the caller's name and the body."""

    def decorate(function: Callable[[str, str, Any], Any]) -> Callable[..., HttpResponse]:
        def answer(request: HttpRequest, publisher: str, signed: Signed) -> Any:
            return function(publisher, signed.caller, decoder(kind).decode(request.body))

        return _view("POST", answer)

    return decorate


def _view(method: str, answer: Callable[[HttpRequest, str, Signed], Any]) -> Callable[..., HttpResponse]:
    @csrf_exempt  # signatures stand for what the token is for: no browser can make one
    def view(request: HttpRequest, publisher: str) -> HttpResponse:
        if request.method != method:
            response: HttpResponse = json_error_page(
                request, status=405, code="method_not_allowed", detail=f"This path answers {method} alone."
            )
            response.headers["Allow"] = method
            return response
        if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BODY:
            return json_error_page(
                request, status=413, code="body_too_large", detail=f"Send {MOST_BODY} bytes at most."
            )
        try:
            signed = signed_by(request, audience=publisher)
        except SignatureRefused as refused:
            response = json_error_page(request, status=401, code=refused.reason, detail=str(refused))
            response.headers["WWW-Authenticate"] = SCHEME
            return response
        response = _answered(request, publisher, signed, answer)
        response.headers["Seamline-Signature"] = sign_answer(
            response.content, status=response.status_code, request=signed, keys=installed_keys()
        )
        response.headers["Cache-Control"] = "no-store"
        return response

    return view


def _answered(
    request: HttpRequest, publisher: str, signed: Signed, answer: Callable[[HttpRequest, str, Signed], Any]
) -> HttpResponse:
    hosted = [module.name for module in hosted_modules()]
    if publisher not in hosted:
        detail = f"No module {publisher!r} is hosted here; there are {', '.join(hosted)}."
        return json_error_page(request, status=404, code="feed_not_found", detail=detail)
    try:
        return HttpResponse(encode(answer(request, publisher, signed)), content_type="application/json")
    except msgspec.MsgspecError as error:
        return json_error_page(request, status=400, code="invalid_input", detail=str(error))
    except DatabaseError:
        detail = f"The database of {publisher!r} does not answer; come again."
        return json_error_page(request, status=503, code="log_unavailable", detail=detail)


def _query(request: HttpRequest, kind: type[Q]) -> Q:
    several = {field.name for field in msgspec.structs.fields(kind) if field.name in ("names", "position")}  # type: ignore[arg-type]
    values: dict[str, Any] = {name: given if name in several else given[-1] for name, given in request.GET.lists()}
    return msgspec.convert(values, kind, strict=False)
