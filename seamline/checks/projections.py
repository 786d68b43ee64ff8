"""Checks of projections: rows that other code has made than this version has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Tags, register
from django.db import DatabaseError

from seamline.checks.finding import Finding
from seamline.modules import Module, hosted_modules
from seamline.projections import fingerprint, projections_of, records


@register(Tags.database)
def check_projections(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """``seamline.W040`` (the live rows of a projection were made by other code)."""
    found: list[Finding] = []
    for module in hosted_modules():
        if module.name in (databases or ()):
            found += projection_findings(module)
    return [finding.message() for finding in found]


def projection_findings(module: Module) -> Iterator[Finding]:
    """The projections of a module whose code has changed since their rows were made; nothing where it is out of reach.

    A projection without rows, or whose code cannot be found, is not judged.
    """
    mine = projections_of(module)
    try:
        noted = records(module.name) if mine else {}
    except DatabaseError:
        return  # not migrated yet, or out of reach: /health/ready and the commands say it
    for projection in mine:
        record = noted.get(projection.name)
        try:
            code = fingerprint(projection)
        except LookupError:
            continue  # seamline.E009 says it
        if record is not None and record.fingerprint != code:
            yield Finding(
                id="seamline.W040",
                where=module.name,
                problem=f"the rows of {projection.name} were made by code {record.fingerprint} (version "
                f"{record.version}), and this is {code} (version {projection.version}); rows of both are mixed now.",
                hint=f"Make them anew: manage.py projections rebuild {projection.name}. Where the rows are the same, "
                f"say so: manage.py projections accept {projection.name} --reason '...'",
            )
