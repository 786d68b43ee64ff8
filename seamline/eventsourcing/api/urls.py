"""Paths below ``/api/v1/<module>/ledger/``: three for each aggregate and history of the module."""

from __future__ import annotations

from django.urls import URLPattern, re_path

from seamline.eventsourcing.api.views import views_of
from seamline.eventsourcing.registry import readers
from seamline.modules.manifest import Module

_ID = r"(?P<id>[A-Za-z0-9][A-Za-z0-9_.:-]{0,63})"


def ledger_urls(module: Module) -> list[URLPattern]:
    """The paths of a module; none where it has neither aggregates nor histories."""
    patterns: list[URLPattern] = []
    for reader in readers(module):
        name = reader.type.name
        for suffix, view in views_of(reader).items():
            patterns.append(
                re_path(rf"^{name}/{_ID}/{suffix}$", view.as_view(), name=f"{module.name}-ledger-{name}-{view.word}")
            )
    return patterns
