"""Paths of the modules that this door knows and does not host."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import URLPattern, re_path

from seamline.fallback.views import Elsewhere


def elsewhere(modules: Iterable[str]) -> list[URLPattern]:
    """The fallback for each of these modules: all below ``/api/v1/<module>/``."""
    return [re_path(rf"^api/v1/{module}/", Elsewhere.as_view(module=module)) for module in modules]
