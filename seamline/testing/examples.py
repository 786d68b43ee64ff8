"""The smallest valid value of any type that a contract can carry, made from the type alone."""

from __future__ import annotations

import dataclasses
import enum
import types
import typing
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

_SIMPLE: dict[Any, Any] = {
    str: "example",
    int: 1,
    float: 1.0,
    bool: True,
    bytes: b"example",
    Decimal: Decimal("1.00"),
    UUID: UUID("00000000-0000-4000-8000-000000000001"),
    datetime: datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    date: date(2026, 1, 2),
    type(None): None,
    Any: None,
}


def example_of(type_: Any) -> Any:
    """A value of the type: containers hold one element, optional values are there, enums are their first member.

    :raises TypeError: the type is none that a contract can carry.
    """
    if isinstance(type_, typing.NewType):
        return example_of(type_.__supertype__)
    if type_ in _SIMPLE:
        return _SIMPLE[type_]
    origin, arguments = typing.get_origin(type_), typing.get_args(type_)
    if origin is typing.Annotated:
        return example_of(arguments[0])
    if origin in (typing.Union, types.UnionType):
        return example_of(arguments[0])
    if origin is tuple:
        parts = arguments[:1] if arguments[-1:] == (Ellipsis,) else arguments
        return tuple(example_of(part) for part in parts)
    if origin in (list, set, frozenset):
        return origin([example_of(arguments[0])])
    if origin in (dict, Mapping):
        return {example_of(arguments[0]): example_of(arguments[1])}
    if isinstance(type_, type) and issubclass(type_, enum.Enum):
        return next(iter(type_))
    if dataclasses.is_dataclass(type_) and isinstance(type_, type):
        hints = typing.get_type_hints(type_, include_extras=True)
        return type_(**{field.name: example_of(hints[field.name]) for field in dataclasses.fields(type_) if field.init})
    raise TypeError(f"No example can be made of {type_!r}: contracts carry dataclasses, enums and plain values.")
