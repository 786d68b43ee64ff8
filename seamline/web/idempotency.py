"""The ``Idempotency-Key`` header of requests that have an effect."""

from __future__ import annotations

import uuid

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from seamline.web.principal import principal_of

LONGEST_KEY = 100
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[!-~]+$"},
    OpenApiParameter.HEADER,
    description="A request that arrives twice with the same key has its effect once and gets the first answer.",
)


def idempotency_key(request: Request) -> str:
    """The client's key below its own name, so that clients cannot collide; a new one where it sent none.

    :raises ValidationError: it is empty, longer than 100 characters, or not printable ASCII.
    """
    given = request.headers.get("Idempotency-Key")
    if given is None:
        return uuid.uuid4().hex
    if not 0 < len(given) <= LONGEST_KEY or not (given.isascii() and given.isprintable()) or " " in given:
        raise serializers.ValidationError(
            {"Idempotency-Key": [f"1 to {LONGEST_KEY} printable ASCII characters without spaces."]}
        )
    return f"{principal_of(request).actor}:{given}"
