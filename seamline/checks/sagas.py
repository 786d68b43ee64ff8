"""Checks of sagas: unfinished ones that began under a definition which this version of the code no longer has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Tags, register
from django.db import DatabaseError, connections

from seamline.checks.finding import Finding
from seamline.modules import Module, hosted_modules
from seamline.modules.manifest import imported
from seamline.sagas import Saga

_UNFINISHED = """
SELECT name, version, step, count(*) FROM saga_instance WHERE status IN ('running', 'compensating', 'stuck')
GROUP BY name, version, step ORDER BY name, version, step
"""


@register(Tags.database)
def check_sagas(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """``seamline.E043`` (unfinished sagas of a version or at a step that is gone)."""
    found: list[Finding] = []
    for module in hosted_modules():
        if module.name in (databases or ()):
            found += saga_findings(module)
    return [finding.message() for finding in found]


def saga_findings(module: Module) -> Iterator[Finding]:
    """What is unfinished in a module's table and unknown to its manifest; nothing where it cannot be read."""
    try:
        with connections[module.name].cursor() as cursor:
            cursor.execute(_UNFINISHED)
            rows = cursor.fetchall()
    except DatabaseError:
        return  # not migrated yet, or out of reach: /health/ready and the commands say it
    known = {(saga.name, saga.version, step.name) for saga in _definitions(module.sagas) for step in saga.steps}
    for name, version, step, count in rows:
        if (name, version, step) not in known:
            yield Finding(
                id="seamline.E043",
                where=module.name,
                problem=f"{count} unfinished sagas {name} version {version} are at the step {step!r}, which is gone.",
                hint=f"Bring version {version} back into the manifest's sagas until they have ended: manage.py sagas "
                f"list --module {module.name} --name {name}",
            )


def _definitions(paths: Iterable[str]) -> Iterator[Saga[Any]]:
    for path in paths:
        try:
            yield imported(path)
        except (ImportError, ValueError):
            continue  # seamline.E009 says it
