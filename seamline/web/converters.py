"""Path converters that several APIs share."""

from __future__ import annotations

from django.urls.converters import StringConverter


class SkuConverter(StringConverter):
    """A stock code: capitals, digits and underscores, twenty at most."""

    regex = "[A-Z0-9_]{1,20}"
