"""Reading a request's header in one pass: what goes on to the module, what is meant for us, what nobody may send.

Hop-by-hop headers end here. So does everything that modules believe because only the gateway sends it, in any spelling
that a WSGI server could take for it (hence no underscores). This file decides nothing about requests.
"""

from __future__ import annotations

import re

from seamline.gateway.problems import Problem, malformed

Fields = list[tuple[bytes, bytes]]

FORWARD, DROP, HOST, LENGTH, CODING, CONNECTION, UPGRADE, EXPECT = range(8)
REQUEST_ID, TRACE, AUTHORIZATION, COOKIE, CLIENTS, SCHEME, ONCE, ORIGIN = range(8, 16)
_MEANT = {
    b"host": HOST,
    b"content-length": LENGTH,
    b"transfer-encoding": CODING,
    b"connection": CONNECTION,
    b"upgrade": UPGRADE,
    b"expect": EXPECT,
    b"x-request-id": REQUEST_ID,
    b"traceparent": TRACE,
    b"authorization": AUTHORIZATION,
    b"cookie": COOKIE,
    b"x-forwarded-for": CLIENTS,
    b"x-forwarded-proto": SCHEME,
    b"idempotency-key": ONCE,
    b"origin": ORIGIN,
}
_DROPPED = {
    *(b"keep-alive", b"proxy-connection", b"proxy-authenticate", b"proxy-authorization", b"te", b"trailer"),
    *(b"forwarded", b"x-real-ip", b"true-client-ip", b"cf-connecting-ip", b"x-client-ip", b"x-cluster-client-ip"),
    *(b"x-original-url", b"x-rewrite-url", b"x-http-method-override", b"http2-settings", b"via", b"proxy"),
}
_INTERNAL = (b"seamline-", b"x-forwarded-", b"x-seamline-", b"x-accel-")
_MOST_KNOWN = 2048
_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")
_TRACE = re.compile(rb"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_known: dict[bytes, tuple[int, bytes]] = {}


class Head:
    """A request's header, read. ``lines`` is what goes on to the module as it came; the rest is for the gateway."""

    __slots__ = (
        "authorization",
        "chunked",
        "clients",
        "connection",
        "cookie",
        "expects",
        "host",
        "keyed",
        "length",
        "lines",
        "origin",
        "request_id",
        "scheme",
        "trace",
        "upgrade",
    )

    def __init__(self, fields: Fields) -> None:
        self.lines: list[bytes] = []
        self.host = self.authorization = self.cookie = self.clients = self.scheme = b""
        self.connection = self.upgrade = self.request_id = self.trace = self.origin = b""
        self.length = -1
        """Bytes of the body; -1 where it is not said."""
        self.chunked = self.expects = self.keyed = False
        lines = self.lines
        for name, value in fields:
            kind, prefix = _known.get(name) or _classify(name)
            if kind == FORWARD:
                lines.append(prefix + value + b"\r\n")
            elif kind != DROP:
                self._take(kind, prefix, value)
        if self.connection and not _USUAL.fullmatch(self.connection):
            self._drop_named()

    def _take(self, kind: int, prefix: bytes, value: bytes) -> None:  # noqa: PLR0912 - one branch a header
        if kind == HOST:
            if self.host:
                raise malformed("Host is given more than once.")
            self.host = value
        elif kind == CONNECTION:
            self.connection = (self.connection + b"," + value.lower()) if self.connection else value.lower()
        elif kind == LENGTH:
            self.length = int(value)
        elif kind == COOKIE:
            self.cookie = (self.cookie + b"; " + value) if self.cookie else value
        elif kind == AUTHORIZATION:
            if self.authorization:
                raise malformed("Authorization is given more than once.")
            self.authorization = value
        elif kind == REQUEST_ID:
            self.request_id = value if _ID.fullmatch(value) else b""
        elif kind == TRACE:
            self.trace = value if _TRACE.fullmatch(value) else b""
        elif kind == CODING:
            if self.chunked or value.lower() != b"chunked":
                raise Problem(501, "unknown_coding", "The only transfer coding here is chunked.", close=True)
            self.chunked = True
        elif kind == UPGRADE:
            self.upgrade = value.lower()
        elif kind == EXPECT:
            if value.lower() != b"100-continue":
                raise Problem(417, "unknown_expectation", "The only expectation here is 100-continue.", close=True)
            self.expects = True
        elif kind == CLIENTS:
            self.clients = (self.clients + b"," + value) if self.clients else value
        elif kind == SCHEME:
            self.scheme = value.lower()
        elif kind == ONCE:
            self.keyed = bool(value)
        elif kind == ORIGIN:
            self.origin = value
        if kind in _SEEN_AND_FORWARDED:
            self.lines.append(prefix + value + b"\r\n")

    def _drop_named(self) -> None:
        named = tuple(part.strip() + b": " for part in self.connection.split(b",") if part.strip())
        self.lines = [line for line in self.lines if not line.startswith(named)]


_SEEN_AND_FORWARDED = frozenset({AUTHORIZATION, COOKIE, ONCE, ORIGIN})
_USUAL = re.compile(rb"keep-alive|close|upgrade|keep-alive, ?upgrade")


def _classify(name: bytes) -> tuple[int, bytes]:
    lower = name.lower()
    if lower in _MEANT:
        kind = _MEANT[lower]
    elif lower in _DROPPED or lower.startswith(_INTERNAL) or b"_" in lower:
        kind = DROP
    else:
        kind = FORWARD
    if len(_known) < _MOST_KNOWN:  # what clients send cannot grow it further
        _known[name] = (kind, lower + b": ")
    return kind, lower + b": "
