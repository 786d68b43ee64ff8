"""The bytes of a request. Nothing that could end a line, or say twice how long the body is, gets in.

This file may not name a header's value in an error: values may be secrets.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

METHODS = frozenset({"DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT"})
"""Not HEAD: its answers promise a body that does not come."""
_TARGET = re.compile(r"/[!-~]*")
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_UNFIT = re.compile(r"[^\t -~\x80-\xff]")
_OURS = frozenset({"connection", "content-length", "expect", "host", "te", "transfer-encoding", "upgrade"})


def request_bytes(
    *, method: str, target: str, authority: str, headers: Sequence[tuple[str, str]], body: bytes
) -> bytes:
    """Head and body in one piece.

    :param target: path and query, in ASCII.
    :param authority: host and port.
    :raises ValueError: the method, the target or a header cannot be sent as it is; names which.
    """
    if method not in METHODS:
        raise ValueError(f"The method is none of {', '.join(sorted(METHODS))}.")
    if not _TARGET.fullmatch(target):
        raise ValueError("A request's target begins with '/' and holds no space, no line's end and ASCII only.")
    lines = [f"{method} {target} HTTP/1.1\r\nHost: {authority}"]
    for name, value in headers:
        if not _NAME.fullmatch(name):
            raise ValueError("A header's name is not one: it holds something else than letters, digits and dashes.")
        if name.lower() in _OURS:
            raise ValueError(f"The header {name} is set by the transport: leave it out.")
        if _UNFIT.search(value):
            raise ValueError(f"The value of the header {name} holds a line's end or another sign that cannot be sent.")
        lines.append(f"{name}: {value}")
    lines.append(f"Content-Length: {len(body)}\r\n\r\n")
    return "\r\n".join(lines).encode("latin-1") + body
