"""Checks that no module reaches past its boundary: in its models, its source, its Django wiring."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import CheckMessage, register
from django.db.models import Model

from seamline.checks.finding import Finding
from seamline.checks.source_rules import source_findings
from seamline.modules import Module, hosted_modules


@register("seamline")
def check_boundaries(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """``seamline.E010`` to ``E014``, ``E017`` and ``E018``."""
    return [finding.message() for module in hosted_modules() for finding in _module_findings(module)]


def _module_findings(module: Module) -> Iterator[Finding]:
    try:
        config = apps.get_app_config(module.name)
    except LookupError:
        yield Finding(
            id="seamline.E017",
            where=module.name,
            problem="no Django app has this label.",
            hint="Set label in apps.py to the module's name: it is the database alias and the schema, too.",
        )
        return
    for model in config.get_models():
        yield from relation_findings(model)
    folder = Path(config.path)
    package = config.name.partition(".")[0]
    neighbours = {path.name for path in folder.parent.iterdir() if (path / "apps.py").exists()} - {folder.name}
    own = (module.contract,) if module.contract else ()
    yield from source_findings(
        module=module.name,
        folder=folder,
        neighbours=neighbours,
        package=package,
        may_call=[contract.__name__ for contract in (*module.calls, *own)],
    )


def relation_findings(model: type[Model]) -> Iterator[Finding]:
    """Foreign keys, one-to-ones and many-to-manys that leave the model's database alias."""
    alias = _alias(model)
    for field in (*model._meta.fields, *model._meta.many_to_many):
        related = field.related_model
        if isinstance(related, type) and issubclass(related, Model) and _alias(related) != alias:
            yield Finding(
                id="seamline.E012",
                where=f"{model._meta.label}.{field.name}",
                problem=f"points at {related._meta.label}, which lives in another schema.",
                hint="Keep the other's id as a plain value and ask its module through the contract.",
            )


def _alias(model: type[Model]) -> str:
    label = model._meta.app_label
    return label if label in settings.DATABASES else "default"
