"""The ``Idempotency-Key`` header of requests that have an effect."""

from __future__ import annotations

import uuid

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from seamline.web.principal import principal_of

LONGEST_KEY = 100
_DESCRIPTION = "A request that arrives twice with the same key has its effect once and gets the first answer."


def key_parameter(*, required: bool = False) -> OpenApiParameter:
    """The header in the schema."""
    return OpenApiParameter(
        "Idempotency-Key",
        {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[!-~]+$"},
        OpenApiParameter.HEADER,
        required=required,
        description=_DESCRIPTION,
    )


IDEMPOTENCY_KEY = key_parameter()


def idempotency_key(request: Request, *, required: bool = False, guests_by: object = "") -> str:
    """The client's key below its own name, so that clients cannot collide; a new one where it sent none.

    :param guests_by: tells guests, who have no name, from each other.
    :raises ValidationError: it is missing though required, empty, longer than 100 characters, or not printable ASCII.
    """
    given = request.headers.get("Idempotency-Key")
    if given is None and not required:
        return uuid.uuid4().hex
    if not given or len(given) > LONGEST_KEY or not all("!" <= character <= "~" for character in given):
        raise serializers.ValidationError(
            {"Idempotency-Key": [f"1 to {LONGEST_KEY} printable ASCII characters without spaces."]}
        )
    principal = principal_of(request)
    name = principal.actor if principal.is_authenticated or not guests_by else f"guest:{guests_by}"
    return f"{name}:{given}"
