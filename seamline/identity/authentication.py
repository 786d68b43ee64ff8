"""How a module's API believes the door: a sealed identity ends the search, a wrong one ends the request.

This file may not look up a session or a token.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from django.http import HttpRequest
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import exceptions, status
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from seamline.identity.identity import Credential, Identity, SelfContained
from seamline.identity.paths import audience_of
from seamline.identity.sealed import HEADER, IdentityRefused, Unbelieved, unseal
from seamline.signing import installed_keys
from seamline.web.principal import Principal

logger = logging.getLogger(__name__)
LONGEST_TOLD = 200
_META = "HTTP_" + HEADER.upper().replace("-", "_")


class IdentityNotBelieved(exceptions.APIException):
    """401, whatever else the request carries: it is nobody's mistake but an attack's or a door's."""

    status_code = status.HTTP_401_UNAUTHORIZED
    auth_header = "Bearer"


class DoorIdentity(BaseAuthentication):
    """The identity that the door sealed. First of the classes; those behind it leave such a request alone."""

    def authenticate(self, request: Request) -> tuple[Principal, Any] | None:
        identity = door_identity(request._request)
        if identity is None or not identity.principal.is_authenticated:
            return None
        return identity.principal, auth_of(identity)

    def authenticate_header(self, request: Request) -> str:
        """What all of the API answers with 401: DRF asks the first class."""
        return "Bearer"


def came_through_the_door(request: HttpRequest) -> bool:
    """Whether the request claims it; ``DoorIdentity`` has refused it where that is not true."""
    return _META in request.META


def door_identity(request: HttpRequest) -> Identity | None:
    """Who the door says it is; None where the request came another way.

    :raises IdentityNotBelieved: the header is not to be believed here, or no longer.
    """
    header = request.META.get(_META)
    if header is None:
        return None
    known: Identity | None = getattr(request, "door_identity", None)
    if known is not None:
        return known
    try:
        audience = audience_of(request.path_info)
        if audience is None:
            raise IdentityRefused(Unbelieved.WRONG_AUDIENCE)
        identity = unseal(header, audience=audience, keys=installed_keys(), now=time.time())
        if not identity.may_write and request.method not in SAFE_METHODS:
            raise IdentityRefused(Unbelieved.READS_ONLY)
    except IdentityRefused as refused:
        logger.warning("An identity at %s is not believed: %s", request.path[:LONGEST_TOLD], refused.reason.value)
        raise IdentityNotBelieved(str(refused), code=refused.reason.value) from refused
    request.door_identity = identity  # type: ignore[attr-defined]
    return identity


def auth_of(identity: Identity) -> Any:
    """What DRF calls ``request.auth``: the digest of an opaque token, None for a session."""
    if identity.credential is Credential.JWT:
        return SelfContained()
    return identity.token_digest or None


class _NotForClients(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Nothing in the API's documents: only the door can send it."""

    target_class = DoorIdentity
    name = []

    def get_security_requirement(self, auto_schema: object) -> list[dict[str, list[Any]]]:
        return []

    def get_security_definition(self, auto_schema: object) -> list[dict[str, str]]:
        return []
