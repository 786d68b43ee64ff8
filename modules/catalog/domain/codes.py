"""What stock codes and category slugs look like; one of another shape names nothing."""

from __future__ import annotations

import re

_SKU = re.compile(r"[A-Z0-9_]{1,20}")
_SLUG = re.compile(r"[a-z0-9-]{1,60}")


def is_sku(text: str) -> bool:
    """1 to 20 capitals, digits and underscores."""
    return _SKU.fullmatch(text) is not None


def is_slug(text: str) -> bool:
    """1 to 60 small letters, digits and hyphens."""
    return _SLUG.fullmatch(text) is not None
