"""``POST /internal/identity``: the hub tells the doors who shows which credentials. Signed, both ways."""

from __future__ import annotations

import msgspec
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from seamline.identity.resolving import resolve
from seamline.identity.wire import AUDIENCE, MOST_BYTES, Shown
from seamline.signing import SignatureRefused, installed_keys, sign_answer, signed_by
from seamline.signing.signature import SCHEME
from seamline.web.problem import json_error_page

_decoder = msgspec.json.Decoder(Shown)
_encoder = msgspec.json.Encoder()


@csrf_exempt
@require_POST
def identity(request: HttpRequest) -> HttpResponse:
    """Who it is."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        return json_error_page(request, status=413, code="too_large", detail=f"At most {MOST_BYTES} bytes.")
    try:
        signed = signed_by(request, audience=AUDIENCE)
    except SignatureRefused as refused:
        answer: HttpResponse = json_error_page(request, status=401, code=refused.reason.value, detail=str(refused))
        answer.headers["WWW-Authenticate"] = SCHEME
        return answer
    try:
        shown = _decoder.decode(request.body)
    except msgspec.MsgspecError as error:
        return json_error_page(request, status=400, code="invalid_input", detail=str(error))
    body = _encoder.encode(resolve(shown))
    response = HttpResponse(body, content_type="application/json")
    response.headers["Seamline-Signature"] = sign_answer(body, status=200, request=signed, keys=installed_keys())
    response.headers["Cache-Control"] = "no-store"
    return response
