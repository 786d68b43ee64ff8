"""How an API request is tied to a customer or an operator: the browser's session, or a token."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.request import Request

from contracts.customers import Customers, UnknownCustomer, WrongCredentials
from contracts.kernel import CustomerId
from seamline.calls import use
from seamline.identity import SelfContained
from seamline.identity.authentication import came_through_the_door
from seamline.identity.json_web_tokens import TokenRefused, is_json_web_token, verify
from seamline.web.principal import Principal
from seamline.web.session import CUSTOMER_ID, is_outlived


class SessionCustomer(BaseAuthentication):
    """The customer, or the operator, who is logged in in the browser. Writing requests need the CSRF token."""

    def authenticate(self, request: Request) -> tuple[Principal, None] | None:
        http_request = request._request
        if came_through_the_door(http_request):
            return None
        customer_id = _customer_of(http_request)
        user = getattr(http_request, "user", None)
        operator = user.get_username() if user is not None and user.is_active and user.is_staff else ""
        if customer_id is None and not operator:
            return None
        _enforce_csrf(http_request)
        permissions = _permissions_of(user) if operator else frozenset()
        return Principal(customer_id=customer_id, operator=operator, permissions=permissions), None


class TokenCustomer(BaseAuthentication):
    """``Authorization: Bearer <token>``: a JSON web token, or one of which the customers module knows the digest."""

    def authenticate(self, request: Request) -> tuple[Principal, Any] | None:
        if came_through_the_door(request._request):
            return None
        kind, _, token = get_authorization_header(request).partition(b" ")
        if kind.lower() != b"bearer":
            return None
        text = token.strip().decode("latin-1")
        if is_json_web_token(text):
            try:
                return verify(text).identity.principal, SelfContained()
            except TokenRefused as refused:
                raise exceptions.AuthenticationFailed(str(refused)) from refused
        digest = hashlib.sha256(token.strip()).hexdigest()
        try:
            customer = use(Customers).verify_token(token_digest=digest)
        except WrongCredentials as error:
            raise exceptions.AuthenticationFailed(error.detail) from error
        return Principal(customer_id=customer.customer_id, email=customer.email), digest

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def _customer_of(request: HttpRequest) -> UUID | None:
    """The customer whose session it is; None once they have changed their password elsewhere."""
    value = request.session.get(CUSTOMER_ID) if hasattr(request, "session") else None
    if value is None:
        return None
    customer_id = CustomerId(UUID(value))
    try:
        customer = use(Customers).customer(customer_id=customer_id)
    except UnknownCustomer:
        return None
    outlived = is_outlived(request.session, credentials_changed_at=customer.credentials_changed_at)
    return None if outlived else customer_id


def _permissions_of(user: Any) -> frozenset[str]:
    return frozenset(("*",)) if user.is_superuser else frozenset(user.get_all_permissions())


class _CsrfCheck(CsrfViewMiddleware):
    """Django's check, answering the reason instead of a page."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        return reason  # type: ignore[return-value]


def _enforce_csrf(request: HttpRequest) -> None:
    check = _CsrfCheck(lambda request: HttpResponse())
    check.process_request(request)
    reason = check.process_view(request, lambda request: HttpResponse(), (), {})
    if reason:
        raise exceptions.PermissionDenied(f"CSRF check failed: {reason}")


class _TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = TokenCustomer
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class _SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = SessionCustomer
    name = "session"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}
