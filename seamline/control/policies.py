"""Policies that operators override: a contract's policy with some numbers replaced, checked before anybody uses it.

This file may not know where overrides are kept.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

import msgspec

from seamline.contract import Policy

_MOST = {"window_calls": 100_000, "window_seconds": 3600, "attempts": 10, "probes": 1000}
"""Beyond these a slip of the hand would cost memory or a storm of calls."""
_MOST_ANYWHERE = 1_000_000


def overridden(policy: Policy, override: Mapping[str, Any]) -> Policy:
    """The policy with the override's numbers in place of its own.

    :param override: ``{"breaker": {"open_seconds": 30}, "rate": {"per_second": 100}}``.
    :raises ValueError: says which part or number does not exist or cannot be so.
    """
    if not override:
        raise ValueError('The override is empty: give parts and numbers, such as {"breaker": {"open_seconds": 30}}.')
    parts = {part.name: getattr(policy, part.name) for part in dataclasses.fields(Policy)}
    for name, values in override.items():
        if name not in parts:
            raise ValueError(f"A policy has no part {name!r}: it has {', '.join(parts)}.")
        parts[name] = _part(name, parts[name], values)
    return Policy(**parts)


def _part(name: str, part: Any, values: Any) -> Any:
    known = {each.name for each in dataclasses.fields(part)}
    if not isinstance(values, Mapping) or not values:
        raise ValueError(f"{name} is {values!r}: give an object of numbers: {', '.join(sorted(known))}.")
    for key, value in values.items():
        if key not in known:
            raise ValueError(f"{name} has no {key!r}: it has {', '.join(sorted(known))}.")
        most = _MOST.get(key, _MOST_ANYWHERE)
        if isinstance(value, int | float) and not (math.isfinite(value) and value <= most):
            raise ValueError(f"{name}.{key} is {value!r}: give {most} at most.")
    try:
        return msgspec.convert({**dataclasses.asdict(part), **values}, type(part))
    except msgspec.ValidationError as error:
        raise ValueError(f"{name}: {error}") from error
