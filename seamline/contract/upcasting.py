"""Upcasters: plain functions that lift an event's payload from one schema version to the next.

They stand in the contract's own file, below the event: so every process that knows the event has them. This file may
not know how events are stored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]
_UPCASTERS: dict[tuple[str, int], Upcaster] = {}


class MissingUpcaster(LookupError):
    """No function is registered for a step between two schema versions; the text says which and what to do."""


def upcaster(name: str, *, from_version: int) -> Callable[[Upcaster], Upcaster]:
    """Register the function that lifts an event's payload, as plain JSON, from one schema version to the next.

    >>> @upcaster("orders.order_placed", from_version=1)
    ... def add_channel(payload):
    ...     return {**payload, "channel": "web"}

    :raises ValueError: another function is registered for that step.
    """

    def register(function: Upcaster) -> Upcaster:
        if _UPCASTERS.setdefault((name, from_version), function) is not function:
            raise ValueError(f"Two upcasters lift {name!r} from schema version {from_version}; keep one.")
        return function

    return register


def lifted(payload: dict[str, Any], *, name: str, from_version: int, to_version: int) -> dict[str, Any]:
    """The payload of an event as the wanted schema version has it, step by step.

    :raises MissingUpcaster: no function is registered for a step.
    """
    for version in range(from_version, to_version):
        lift = _UPCASTERS.get((name, version))
        if lift is None:
            raise MissingUpcaster(
                f"No upcaster lifts {name} from schema version {version} to {version + 1}: register one with "
                f'@upcaster("{name}", from_version={version}).'
            )
        payload = lift(payload)
    return payload


def upcasters() -> Mapping[tuple[str, int], Upcaster]:
    """All registered functions by event name and the version that they lift from; a view, not a copy."""
    return MappingProxyType(_UPCASTERS)
