"""What the gateway itself answers when it cannot or will not pass a request on: problem documents with stable codes.

The same document as ``seamline.web.problem`` makes in modules, without Django. Nothing of a request is repeated in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

import msgspec

CONTENT_TYPE = "application/problem+json"


class Problem(Exception):
    """Ends a request with a problem document.

    :param code: stable, snake_case; clients may depend on it.
    :param close: the connection cannot go on, because where the next request begins is not certain.
    """

    def __init__(
        self, status: int, code: str, detail: str, *, headers: Mapping[str, str] | None = None, close: bool = False
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = dict(headers or {})
        self.close = close

    def body(self) -> bytes:
        """The document."""
        return msgspec.json.encode(
            {
                "type": "about:blank",
                "title": HTTPStatus(self.status).phrase,
                "status": self.status,
                "code": self.code,
                "detail": self.detail,
            }
        )


def malformed(detail: str) -> Problem:
    """400 for what is no sound HTTP; the connection ends."""
    return Problem(400, "malformed_request", detail, close=True)


def bad_path(detail: str) -> Problem:
    """400 for a path that two servers could read differently."""
    return Problem(400, "ambiguous_path", detail)


def no_instance(module: str, *, retry_after: int = 1) -> Problem:
    """503: nobody serves the module at the moment."""
    return Problem(
        503,
        "no_instance",
        f"Nothing serves {module} at the moment. Try again in a moment.",
        headers={"Retry-After": str(retry_after)},
    )


def circuit_open(module: str, *, retry_after: float) -> Problem:
    """503: all instances failed too often just now."""
    return Problem(
        503,
        "circuit_open",
        f"{module} fails too often at the moment and is left alone.",
        headers={"Retry-After": str(max(1, round(retry_after)))},
    )


def broken_upstream(module: str) -> Problem:
    """502: no usable answer."""
    return Problem(502, "bad_gateway", f"{module} gave no usable answer.")


def slow_upstream(module: str) -> Problem:
    """504: no answer in time."""
    return Problem(504, "gateway_timeout", f"{module} did not answer in time.")


def overloaded(what: str) -> Problem:
    """503: as many requests are under way as may be."""
    return Problem(
        503,
        "overloaded",
        f"Too many requests are under way for {what}. Try again in a moment.",
        headers={"Retry-After": "1"},
    )
