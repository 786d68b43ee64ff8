"""Errors as ``application/problem+json`` (RFC 9457), with the contract's stable code. One place for all APIs."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import msgspec
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response

from seamline.contract import ContractError, ErrorKind

STATUS = {
    ErrorKind.INVALID: HTTPStatus.BAD_REQUEST,
    ErrorKind.DENIED: HTTPStatus.FORBIDDEN,
    ErrorKind.NOT_FOUND: HTTPStatus.NOT_FOUND,
    ErrorKind.CONFLICT: HTTPStatus.CONFLICT,
    ErrorKind.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    ErrorKind.TIMEOUT: HTTPStatus.GATEWAY_TIMEOUT,
}
CONTENT_TYPE = "application/problem+json"


def problem(*, status: int, code: str, detail: str, **extra: Any) -> Response:
    """A problem document. ``extra`` members are whatever a client may need to act on it."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "code": code, "detail": detail}
    return Response({**body, **extra}, status=status, content_type=CONTENT_TYPE)


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's hook: the problem document for an exception, or None where it is a defect and must become a 500."""
    if isinstance(error, ContractError):
        data = msgspec.to_builtins(error.data)
        response = problem(status=STATUS[error.kind], code=error.code, detail=error.detail, data=data)
        field = error.data.get("field")
        if error.kind is ErrorKind.INVALID and field:
            response.data["errors"] = {field: [error.data.get("reason") or error.detail]}
        return response
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if not isinstance(error, exceptions.APIException):
        return None
    if isinstance(error, exceptions.ValidationError):
        errors = error.detail if isinstance(error.detail, dict) else {"non_field_errors": error.detail}
        response = problem(
            status=error.status_code, code="invalid_input", detail="Some fields are not acceptable.", errors=errors
        )
    else:
        code = error.get_codes()
        response = problem(
            status=error.status_code, code=code if isinstance(code, str) else "error", detail=str(error.detail)
        )
    if wait := getattr(error, "wait", None):
        response["Retry-After"] = str(int(wait))
    if challenge := getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = challenge
    return response


def json_error_page(request: HttpRequest, *, status: int, code: str, detail: str) -> JsonResponse:
    """The same document for errors that arise outside DRF, such as an unknown path below ``/api/``."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "code": code, "detail": detail}
    return JsonResponse(body, status=status, content_type=CONTENT_TYPE)
