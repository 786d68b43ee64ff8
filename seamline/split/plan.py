"""A split as a value: which deployable hosts which modules. Pure: it starts nothing and may not import Django.

The hub hosts what nobody else does. It has the pages and the browsers' sessions, so one module always stays with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

HUB = "hub"
ALL = "all"
EXAMPLES = "such as 'orders,payments' (two processes), 'orders+payments,catalog' (two modules in one) or 'all'"
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class WrongSplit(ValueError):
    """The split cannot be made; the text says which part is wrong and what to give."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployable:
    """Modules that run in one process, on a database of their own."""

    modules: tuple[str, ...]
    is_hub: bool = False

    @property
    def name(self) -> str:
        """Short, unique in its plan, fit for file names and for services of Compose."""
        return HUB if self.is_hub else "-".join(module.replace("_", "-") for module in self.modules)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All deployables of an installation; every module is in exactly one of them."""

    hub: Deployable
    others: tuple[Deployable, ...]

    @property
    def deployables(self) -> tuple[Deployable, ...]:
        """The hub first."""
        return (self.hub, *self.others)


def plan_of(text: str, *, modules: Sequence[str], stays: str) -> Plan:
    """The plan that a ``--split`` asks for.

    :param text: groups by comma, modules of a group by plus sign, or ``all`` for every module alone.
    :param modules: every module of the installation.
    :param stays: the module that the hub always hosts, because the browsers' sessions are there.
    :raises WrongSplit: a module is unknown, named twice, or cannot leave the hub.
    """
    groups = _groups(text, modules=modules, stays=stays)
    named = [module for group in groups for module in group]
    if unknown := [module for module in named if module not in modules]:
        raise WrongSplit(f"There is no module {_listed(unknown)}: name some of {', '.join(modules)}, {EXAMPLES}.")
    if twice := sorted({module for module in named if named.count(module) > 1}):
        raise WrongSplit(f"{_listed(twice)} is named more than once: a module has one home, {EXAMPLES}.")
    if stays in named:
        raise WrongSplit(f"{stays!r} stays with the hub, which has the browsers' sessions: name others, {EXAMPLES}.")
    hub = Deployable(modules=tuple(module for module in modules if module not in named), is_hub=True)
    return Plan(hub=hub, others=tuple(Deployable(modules=group) for group in groups))


def _groups(text: str, *, modules: Sequence[str], stays: str) -> tuple[tuple[str, ...], ...]:
    if text.strip() == ALL:
        return tuple((module,) for module in modules if module != stays)
    groups = tuple(tuple(name.strip() for name in group.split("+")) for group in text.split(","))
    if wrong := [name for group in groups for name in group if not _NAME.fullmatch(name)]:
        raise WrongSplit(f"{wrong[0]!r} stands where the name of a module should: give groups by comma, {EXAMPLES}.")
    return groups


def _listed(names: Iterable[str]) -> str:
    return ", ".join(repr(name) for name in names)
