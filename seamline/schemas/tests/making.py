"""Event classes made on the fly, as they were in one release and are in the next."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from seamline.contract import Contract, Event

NAME = "sample_balance.weighed"


def event(
    annotations: Mapping[str, Any], *, name: str = NAME, key: str = "item", version: int = 1, **defaults: Any
) -> type[Event]:
    """An event with these fields; a default that is a function is called for each event."""
    made = {each: field(default_factory=value) if callable(value) else value for each, value in defaults.items()}
    namespace = {"__module__": __name__, "__qualname__": "Weighed", "__annotations__": dict(annotations), **made}
    keywords = {"name": name, "key": key, "schema_version": version}
    bare = types.new_class("Weighed", (Event,), keywords, lambda body: body.update(namespace))
    return dataclass(frozen=True, slots=True, kw_only=True)(bare)


def contract(*events: type[Event], version: str = "1.0") -> type[Contract]:
    """A contract of ``sample_balance`` with these events."""
    return types.new_class("Scale", (Contract,), {"module": "sample_balance", "version": version, "events": events})


def record(**fields: Any) -> type[Any]:
    """A frozen dataclass ``Parcel``: each field is a type, or a pair of type and default."""
    pairs = {name: value if isinstance(value, tuple) else (value,) for name, value in fields.items()}
    namespace: dict[str, Any] = {
        "__module__": __name__,
        "__annotations__": {name: pair[0] for name, pair in pairs.items()},
        **{name: pair[1] for name, pair in pairs.items() if len(pair) == 2},
    }
    return dataclass(frozen=True, kw_only=True)(type("Parcel", (), namespace))
