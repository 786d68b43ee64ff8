"""Instances that operators keep out of the balance, in this process; set by the control room, read at each pick."""

from __future__ import annotations

from collections.abc import Sequence

from seamline.discovery.target import Target

names: frozenset[str] = frozenset()
"""``module@instance``, by the instance's id or address."""


def keep(wanted: frozenset[str]) -> None:
    """Keep out these and no others from now on."""
    global names  # noqa: PLW0603 - the one set that picks look at
    names = wanted


def without(module: str, targets: Sequence[Target]) -> tuple[Target, ...]:
    """The targets that are not kept out."""
    return tuple(
        target
        for target in targets
        if f"{module}@{target.instance_id}" not in names and f"{module}@{target.url}" not in names
    )
