"""Checks of the split that ``SEAMLINE_SPLIT`` asks for: can it be made, and does each deployable have its own data.

``manage.py up --split`` and ``manage.py split export`` refuse for the same reasons before they begin.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, register

from seamline.checks.finding import Finding
from seamline.split import Plan, WrongSplit, plan_of
from seamline.split.places import database_url_of


@register("seamline")
def check_split(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """``seamline.E038`` (a split that cannot be made) and ``E039`` (two deployables on one database)."""
    if not settings.SEAMLINE_SPLIT:
        return []
    found = split_findings(
        settings.SEAMLINE_SPLIT,
        modules=settings.PRESENT,
        stays=settings.SEAMLINE_HUB_MODULE,
        environment=os.environ,
    )
    return [finding.message() for finding in found]


def split_findings(
    text: str, *, modules: Sequence[str], stays: str, environment: Mapping[str, str]
) -> Iterator[Finding]:
    """What is wrong with the split that the text asks for."""
    try:
        plan = plan_of(text, modules=modules, stays=stays)
    except WrongSplit as error:
        yield Finding(
            id="seamline.E038",
            where="SEAMLINE_SPLIT",
            problem=str(error),
            hint="Name modules by comma, those of one process by plus sign; the same goes for --split.",
        )
        return
    yield from database_findings(plan, environment=environment)


def database_findings(plan: Plan, *, environment: Mapping[str, str]) -> Iterator[Finding]:
    """Deployables that the environment sends to one and the same database."""
    homes: dict[tuple[str, int, str], str] = {}
    for deployable in plan.deployables:
        url = database_url_of(deployable, environment=environment)
        if not url:
            continue  # an embedded server of its own
        parts = urlsplit(url)
        home = (parts.hostname or "", parts.port or 5432, parts.path)
        first = homes.setdefault(home, deployable.name)
        if first != deployable.name:
            variable = f"{deployable.modules[0].upper()}_DATABASE_URL"
            yield Finding(
                id="seamline.E039",
                where=deployable.name,
                problem=f"has the same database as {first}: {home[0]}:{home[1]}{home[2]}.",
                hint=f"Name another one in {variable}, or unset it for an embedded server of its own: in one database, "
                "sessions, registry and schemas of both would be mixed, and neither could be moved alone.",
            )
