"""What stands for an API token: its SHA-256 in hexadecimal. The token itself never comes here."""

from __future__ import annotations

import re

_DIGEST = re.compile(r"[0-9a-f]{64}")


def is_digest(text: str) -> bool:
    """64 small hexadecimal digits."""
    return _DIGEST.fullmatch(text) is not None
