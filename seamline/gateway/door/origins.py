"""Which other origins' pages may call the API, and the headers that browsers are told for everybody's safety."""

from __future__ import annotations

from seamline.gateway.problems import Problem
from seamline.gateway.upstream.link import Fields

SECURITY: Fields = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
]
_METHODS = b"GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
_HEADERS = b"authorization, content-type, idempotency-key, x-csrftoken, x-request-id, if-none-match, seamline-position"
_EXPOSED = (
    b"etag, retry-after, x-request-id, seamline-parts, seamline-position, seamline-stale, "
    b"ratelimit-limit, ratelimit-remaining, ratelimit-reset"
)


class Origins:
    """The rules of one gateway.

    :param allowed: origins such as ``https://shop.example``; nobody else's pages may read answers.
    """

    def __init__(self, allowed: tuple[str, ...]) -> None:
        self._allowed = frozenset(origin.encode() for origin in allowed)

    def headers(self, origin: bytes) -> Fields:
        """What an answer to a page of this origin says."""
        if not self._allowed:
            return []
        if origin not in self._allowed:
            return [(b"vary", b"Origin")]
        return [
            (b"vary", b"Origin"),
            (b"access-control-allow-origin", origin),
            (b"access-control-allow-credentials", b"true"),
            (b"access-control-expose-headers", _EXPOSED),
        ]

    def check_page(self, origin: bytes, *, host: bytes) -> None:
        """Refuse a WebSocket that a page of another site opens: browsers send cookies with it, and ask nobody before.

        :raises Problem: 403.
        """
        if origin and origin not in self._allowed and origin.partition(b"://")[2].lower() != host.lower():
            raise Problem(403, "foreign_origin", "Pages of other sites open no WebSockets here.")

    def preflight(self, origin: bytes) -> Fields | None:
        """The answer to a browser that asks before it sends; None where the origin is not allowed."""
        if origin not in self._allowed:
            return None
        return [
            *self.headers(origin),
            (b"access-control-allow-methods", _METHODS),
            (b"access-control-allow-headers", _HEADERS),
            (b"access-control-max-age", b"600"),
        ]


def hardened(fields: Fields) -> Fields:
    """The safety headers that an answer does not have yet."""
    said = {name for name, _ in fields}
    return [each for each in SECURITY if each[0] not in said]
