"""W3C's ``traceparent`` header: which trace and which span a request is part of. Pure text."""

from __future__ import annotations

import re
import secrets

_WELL_FORMED = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


def accepted(header: str | None) -> str:
    """The header if it is well-formed, else nothing. From outside it is a hint, never a right."""
    return header if header is not None and _WELL_FORMED.fullmatch(header) else ""


def fresh(*, sampled: bool = False) -> str:
    """A trace that begins here."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-{'01' if sampled else '00'}"


def trace_id(traceparent: str) -> str:
    """The trace's id, as logs show it; empty without a trace."""
    return traceparent[3:35]
