"""``POST /internal/surface/<module>``: a running service says what its module's contract offers, and reads samples.

It decodes them with the codec of real calls and runs nothing, so trying it out has no effect. It answers whoever signs
as a deployable of this installation.
"""

from __future__ import annotations

import msgspec
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from seamline.calls.endpoint.hosted import hosted_here
from seamline.carve.versions.trial import MOST_BODY, MOST_TOLD, Trial, Tried, Unread
from seamline.contract import Contract, InvalidArgument
from seamline.contract.codec import decode_arguments
from seamline.signing import SignatureRefused, installed_keys, sign_answer, signed_by
from seamline.versions import surface_of
from seamline.web.problem import json_error_page


def tried(contract: type[Contract], trial: Trial) -> Tried:
    """Read the samples of operations that the contract has; that others are gone can be seen from the surface."""
    unread = []
    read = 0
    for name, samples in trial.arguments.items():
        operation = contract.operations.get(name)
        for sample in samples if operation is not None else ():
            assert operation is not None
            try:
                decode_arguments(operation, bytes(sample))
            except InvalidArgument as refused:
                unread.append(Unread(operation=name, reason=refused.reason[:MOST_TOLD]))
            else:
                read += 1
    return Tried(surface=surface_of(contract), unread=tuple(unread), read=read)


@csrf_exempt
@require_POST
def surface(request: HttpRequest, module: str) -> HttpResponse:
    """What the hosted module's contract makes of a ``Trial``, signed."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BODY:
        return json_error_page(request, status=413, code="too_large", detail=f"{MOST_BODY} bytes are allowed.")
    try:
        signed = signed_by(request, audience=module)
    except SignatureRefused as refused:
        return json_error_page(request, status=401, code=refused.reason, detail=str(refused))
    found = hosted_here(module)
    if found is None:
        return json_error_page(request, status=404, code="not_hosted", detail=f"No module {module!r} is hosted here.")
    try:
        trial = msgspec.json.decode(request.body, type=Trial)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        return json_error_page(request, status=400, code="invalid_input", detail=str(error))
    body = msgspec.json.encode(tried(found[0], trial))
    response = HttpResponse(body, content_type="application/json")
    response["Seamline-Signature"] = sign_answer(body, status=200, request=signed, keys=installed_keys())
    return response
