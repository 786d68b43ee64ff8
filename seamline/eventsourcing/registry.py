"""The aggregates and histories of this process's modules, as their manifests name them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from seamline.eventsourcing.aggregate import AggregateType
from seamline.eventsourcing.repository import Repository
from seamline.eventsourcing.told import Histories, HistoryType
from seamline.modules.manifest import Module, imported
from seamline.modules.registry import hosted_modules

Reader = Repository[Any] | Histories[Any]


def aggregates_of(module: Module) -> tuple[AggregateType[Any], ...]:
    """A module's aggregates.

    :raises ImportError: a path leads nowhere.
    """
    return tuple(imported(path) for path in module.aggregates)


def histories_of(module: Module) -> tuple[HistoryType[Any], ...]:
    """The types whose history a module can read back.

    :raises ImportError: a path leads nowhere.
    """
    return tuple(imported(path) for path in module.histories)


def readers(*modules: Module) -> Iterator[Reader]:
    """One for each aggregate and history of these modules, or of this process."""
    for module in modules or hosted_modules():
        yield from (Repository(each) for each in aggregates_of(module))
        yield from (Histories(each) for each in histories_of(module))


def reader_named(full_name: str) -> Reader:
    """What reads an aggregate or a history, by ``module.name``.

    :raises LookupError: this process hosts none of that name; says which ones it does.
    """
    known = {each.type.full_name: each for each in readers()}
    if full_name not in known:
        raise LookupError(
            f"There is no aggregate or history {full_name!r} in this process; there are "
            f"{', '.join(sorted(known)) or 'none'}."
        )
    return known[full_name]
