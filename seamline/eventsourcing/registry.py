"""The aggregates of this process's modules, as their manifests name them."""

from __future__ import annotations

from typing import Any

from seamline.eventsourcing.aggregate import AggregateType
from seamline.modules.manifest import Module, imported
from seamline.modules.registry import hosted_modules


def aggregates_of(module: Module) -> tuple[AggregateType[Any], ...]:
    """A module's aggregates.

    :raises ImportError: a path leads nowhere.
    """
    return tuple(imported(path) for path in module.aggregates)


def aggregate_named(full_name: str) -> AggregateType[Any]:
    """An aggregate by ``module.name``.

    :raises LookupError: this process hosts none of that name; says which ones it does.
    """
    known = {each.full_name: each for module in hosted_modules() for each in aggregates_of(module)}
    if full_name not in known:
        raise LookupError(
            f"There is no aggregate {full_name!r} in this process; there are {', '.join(sorted(known)) or 'none'}."
        )
    return known[full_name]
