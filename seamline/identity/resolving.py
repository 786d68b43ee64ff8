"""The hub's side: who shows these credentials, found out by the very classes that authenticate requests to its API.

One way to authenticate, wherever the door is. This file may not know sessions or tokens: Django and the deployable do.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.cookie import parse_cookie
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.views import APIView

from seamline.identity.authentication import door_identity
from seamline.identity.identity import NOBODY, Credential, Identity, SelfContained
from seamline.identity.wire import Found, Known, Refused, Shown
from seamline.web.principal import principal_of

CACHE_SECONDS = 5.0
"""How long a door may go on after a logout, a new password, a revoked token or a right withdrawn elsewhere."""
REFUSED_SECONDS = 1.0
_SERVER_FAILURE = 500


class _ShownRequest(HttpRequest):
    """A request with the credentials of another one."""

    def __init__(self, shown: Shown) -> None:
        super().__init__()
        self.method = shown.method
        self.path = self.path_info = "/"
        self.COOKIES = parse_cookie(shown.cookies)
        self._scheme = shown.scheme
        told = {
            "HTTP_AUTHORIZATION": shown.authorization,
            "HTTP_HOST": shown.host,
            "HTTP_ORIGIN": shown.origin,
            "HTTP_REFERER": shown.referer,
            "HTTP_X_CSRFTOKEN": shown.csrf_token,
        }
        self.META = {"SERVER_NAME": "localhost", "SERVER_PORT": "80", **{k: v for k, v in told.items() if v}}

    def _get_scheme(self) -> str:
        return self._scheme


class _Look(APIView):
    """Authenticates as every view of the API does, and is nowhere to be reached."""


def resolve(shown: Shown) -> Found:
    """Who it is, or why the request may not go on. Nobody in particular is somebody too."""
    request = _ShownRequest(shown)
    SessionMiddleware(_nothing).process_request(request)
    AuthenticationMiddleware(_nothing).process_request(request)
    view = _Look()
    view.headers = {}
    view.request = asked = view.initialize_request(request)
    try:
        identity = identity_of(asked)
    except Exception as error:  # what is no refusal comes out again
        response = view.handle_exception(error)
        return _refused(response)
    return Found(known=Known.of(identity), cache_seconds=CACHE_SECONDS)


def identity_of(asked: Request) -> Identity:
    """Who sends a request to the API, as its authentication classes find.

    :raises APIException: the request may not go on.
    """
    if (known := door_identity(asked._request)) is not None:
        return known
    principal, auth = principal_of(asked), asked.auth
    if not principal.is_authenticated:
        return NOBODY
    if isinstance(auth, SelfContained):
        return Identity(principal=principal, credential=Credential.JWT)
    if isinstance(auth, str):
        return Identity(principal=principal, credential=Credential.OPAQUE, token_digest=auth)
    return Identity(
        principal=principal, credential=Credential.SESSION, may_write=(asked.method or "") not in SAFE_METHODS
    )


def _refused(response: Any) -> Found:
    refused = Refused(
        status=response.status_code,
        code=str(response.data["code"]),
        detail=str(response.data["detail"]),
        challenge=response.headers.get("WWW-Authenticate", ""),
        retry_after=int(response.headers.get("Retry-After", 0)),
    )
    return Found(refused=refused, cache_seconds=0 if refused.status >= _SERVER_FAILURE else REFUSED_SECONDS)


def _nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse()
