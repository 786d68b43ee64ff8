"""Read your own writes over HTTP: ``Seamline-Position`` of a command's answer, sent with a read, makes that read wait.

A read that waited in vain answers with what is there, marked by ``Seamline-Stale``. This file may not know modules.
"""

from __future__ import annotations

import logging

from django.db import Error
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from seamline.projections import await_position, parse_position, position_after
from seamline.projections.positions import LONGEST_WAIT

POSITION = "Seamline-Position"
STALE = "Seamline-Stale"
POSITION_PARAMETER = OpenApiParameter(
    name=POSITION,
    location=OpenApiParameter.HEADER,
    required=False,
    description=f"As an earlier answer said it: wait up to {LONGEST_WAIT:g} seconds until that is in the answer. "
    f"Where it is not by then, the answer has `{STALE}: true`.",
)
_log = logging.getLogger(__name__)


def position_headers(*publishers: str) -> dict[str, str]:
    """For the answer of a command that is committed: how far the logs of these modules have come.

    Empty where that cannot be said now: the command has happened, and its answer does not fail over it.
    """
    try:
        return {POSITION: position_after(*publishers)}
    except Error as error:
        _log.warning("position_unknown", extra={"publishers": list(publishers), "error": type(error).__name__})
        return {}


def awaited_headers(request: Request, projection: str) -> dict[str, str]:
    """Before a read of a projection: wait for the position that the request names; headers for its answer.

    :raises ValidationError: what was sent is no position.
    """
    sent = request.headers.get(POSITION, "")
    if not sent:
        return {}
    try:
        position = parse_position(sent)
    except ValueError as error:
        raise ValidationError({POSITION: [str(error)]}) from error
    return {STALE: "false" if await_position(projection, position, seconds=LONGEST_WAIT) else "true"}
