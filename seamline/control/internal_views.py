"""The hub's side of the board: signed exchanges of other deployables' processes, answered from the tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from seamline.control import table
from seamline.control.board import MOST_TOLD, BoardAway
from seamline.control.over_http import AUDIENCE, Done, Leaving, Telling
from seamline.control.values import Seen
from seamline.signing import SignatureRefused, installed_keys, sign_answer, signed_by
from seamline.web.problem import json_error_page

MOST_BODY = 256 * 1024


def _view(kind: type[Any]) -> Callable[[Callable[[Any], Any]], Callable[[HttpRequest], HttpResponse]]:
    """A view for signed POSTs of such a body; what the function returns becomes JSON, signed in turn."""

    def decorate(function: Callable[[Any], Any]) -> Callable[[HttpRequest], HttpResponse]:
        def view(request: HttpRequest) -> HttpResponse:
            if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BODY:
                return json_error_page(request, status=413, code="too_large", detail=f"{MOST_BODY} bytes are allowed.")
            try:
                signed = signed_by(request, audience=AUDIENCE)
            except SignatureRefused as refused:
                return json_error_page(request, status=401, code=refused.reason, detail=str(refused))
            try:
                answer = function(msgspec.json.decode(request.body, type=kind))
            except (msgspec.MsgspecError, ValueError) as error:
                return json_error_page(request, status=400, code="invalid_input", detail=str(error))
            except BoardAway as error:
                return json_error_page(request, status=503, code="board_away", detail=str(error))
            body = msgspec.json.encode(answer)
            response = HttpResponse(body, content_type="application/json")
            response["Seamline-Signature"] = sign_answer(body, status=200, request=signed, keys=installed_keys())
            return response

        return csrf_exempt(require_POST(view))

    return decorate


@_view(Telling)
def exchange(asked: Telling) -> Seen:
    """Write what a process tells, and answer all that it has to know."""
    if len(asked.happened) > MOST_TOLD:
        raise ValueError(f"{len(asked.happened)} transitions: {MOST_TOLD} go into one exchange.")
    with table.django_execute() as execute:
        table.tell(execute, report=asked.report, happened=asked.happened)
        return table.look(execute)


@_view(Leaving)
def leave(asked: Leaving) -> Done:
    """A process has ended."""
    with table.django_execute() as execute:
        table.forget(execute, asked.process)
    return Done()
