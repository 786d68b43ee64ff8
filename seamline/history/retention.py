"""How long each module's events stay in its log, as the settings say. This file may not archive anything."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

from seamline.modules.registry import hosted_modules


def retention() -> dict[str, timedelta]:
    """How long the events of each hosted module stay that the setting names; those of others stay for ever."""
    wanted = settings.SEAMLINE_RETENTION
    return {module.name: wanted[module.name] for module in hosted_modules() if module.name in wanted}
