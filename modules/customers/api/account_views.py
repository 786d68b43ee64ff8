"""Accounts over HTTP: sign-up, login in the browser, tokens for clients."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta

from django.middleware.csrf import rotate_token
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from contracts.customers import Customers
from modules.customers.api.serializers import (
    CredentialsSerializer,
    CustomerSerializer,
    SignUpSerializer,
    TokenRequestSerializer,
    TokenSerializer,
)
from seamline.calls import use
from seamline.contract import Secret
from seamline.identity import SelfContained
from seamline.identity.json_web_tokens import NoSigningKey, issue
from seamline.web.permissions import IsCustomer
from seamline.web.problem import problem
from seamline.web.session import log_in_customer
from seamline.web.throttling import CredentialThrottle, PrincipalThrottle


class _CredentialView(APIView):
    throttle_classes = [PrincipalThrottle, CredentialThrottle]


class SignUp(_CredentialView):
    """New accounts."""

    @extend_schema(
        operation_id="customers_sign_up",
        request=SignUpSerializer,
        responses={201: CustomerSerializer},
        tags=["customers"],
    )
    def post(self, request: Request) -> Response:
        """Make an account. It logs nobody in."""
        asked = SignUpSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        customer = use(Customers).sign_up(**asked.validated_data)
        return Response(CustomerSerializer(customer).data, status=status.HTTP_201_CREATED)


class Login(_CredentialView):
    """The browser's session."""

    @extend_schema(
        operation_id="customers_log_in",
        request=CredentialsSerializer,
        responses=CustomerSerializer,
        tags=["customers"],
    )
    def post(self, request: Request) -> Response:
        """Log in: later requests of this browser are the customer's. Those that write send `X-CSRFToken`, which holds
        the value of the cookie `csrftoken` that comes with this answer."""
        asked = CredentialsSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        customer = use(Customers).verify_password(**asked.validated_data)
        log_in_customer(request._request.session, customer.customer_id)
        rotate_token(request._request)
        return Response(CustomerSerializer(customer).data)


class Logout(APIView):
    """The end of the browser's session."""

    @extend_schema(operation_id="customers_log_out", request=None, responses={204: None}, tags=["customers"])
    def post(self, request: Request) -> Response:
        """Log out; without a login nothing happens."""
        request._request.session.flush()
        return Response(status=status.HTTP_204_NO_CONTENT)


class Tokens(_CredentialView):
    """Tokens of API clients."""

    @extend_schema(
        operation_id="customers_issue_token",
        request=TokenRequestSerializer,
        responses={201: TokenSerializer},
        tags=["customers"],
    )
    def post(self, request: Request) -> Response:
        """Get a token to send as `Authorization: Bearer <token>`. It is shown this once."""
        asked = TokenRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        values = asked.validated_data
        customer = use(Customers).verify_password(email=values["email"], password=Secret(values["password"]))
        token = secrets.token_urlsafe(32)
        expires_at = datetime.now(UTC) + timedelta(days=values["days"])
        use(Customers).issue_token(
            customer_id=customer.customer_id,
            token_digest=hashlib.sha256(token.encode()).hexdigest(),
            label=values["label"],
            expires_at=expires_at,
        )
        answer = TokenSerializer({"token": token, "expires_at": expires_at})
        return Response(answer.data, status=status.HTTP_201_CREATED)


class JsonWebTokens(_CredentialView):
    """Tokens that are verified without asking anybody, and end soon."""

    @extend_schema(
        operation_id="customers_issue_json_web_token",
        request=CredentialsSerializer,
        responses={201: TokenSerializer},
        tags=["customers"],
    )
    def post(self, request: Request) -> Response:
        """Get a JSON web token to send as `Authorization: Bearer <token>`. It cannot be revoked; it expires within
        minutes. A shop that takes its tokens from elsewhere answers 404."""
        asked = CredentialsSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        customer = use(Customers).verify_password(**asked.validated_data)
        try:
            issued = issue(customer_id=customer.customer_id, email=customer.email)
        except NoSigningKey as error:
            raise NotFound("This shop makes no JSON web tokens: it has public keys alone.") from error
        answer = TokenSerializer({"token": issued.token, "expires_at": issued.expires_at})
        return Response(answer.data, status=status.HTTP_201_CREATED)


class CurrentToken(APIView):
    """The token that the request carries."""

    permission_classes = [IsCustomer]

    @extend_schema(operation_id="customers_revoke_token", responses={204: None}, tags=["customers"])
    def delete(self, request: Request) -> Response:
        """Revoke the token that this request carries; a browser's session is not touched. A JSON web token cannot be
        revoked: 409."""
        if isinstance(request.auth, SelfContained):
            return problem(
                status=409,
                code="not_revocable",
                detail="A JSON web token ends by itself within minutes; it cannot be revoked.",
            )
        if isinstance(request.auth, str):
            use(Customers).revoke_token(token_digest=request.auth)
        return Response(status=status.HTTP_204_NO_CONTENT)
