"""Path converters that several APIs share."""

from __future__ import annotations


class SkuConverter:
    """A stock code: capitals, digits and underscores, twenty at most."""

    regex = "[A-Z0-9_]{1,20}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
