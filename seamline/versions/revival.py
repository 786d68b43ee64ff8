"""A released contract brought back to life from its record: types, and a contract class that old callers would have.

With it an old caller really calls today's module, and today's caller an old module, through the real codec and
endpoint. For the tests and for rehearsals before a cutover; this file may not judge what comes of it.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Literal, Union
from uuid import UUID

import msgspec

from seamline.contract import Contract, command, query
from seamline.schemas.shape import Field, Schema, Shape
from seamline.versions.surface import RESULT, OperationSurface, Surface

_PLAIN: dict[str, Any] = {
    "any": Any, "null": None, "boolean": bool, "integer": int, "number": float, "string": str, "bytes": bytes,
    "datetime": datetime, "date": date, "time": time, "duration": timedelta, "uuid": UUID, "decimal": Decimal,
}  # fmt: skip
LONG = 30.0
"""Seconds that a revived operation waits: its time is not what is tried."""


class _Types:
    """Types of one schema, made once each; objects may hold themselves."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._made: dict[str, Any] = {}

    def of(self, shape: Shape) -> Any:
        if shape.kind == "object":
            return self._object(shape.type)
        if shape.kind == "enum":
            return str if shape.open else Literal.__getitem__(tuple(shape.values))
        items = tuple(self.of(item) for item in shape.items)
        if shape.kind == "array":
            return tuple.__class_getitem__((items[0], ...))
        if shape.kind == "tuple":
            return tuple.__class_getitem__(items)
        if shape.kind == "map":
            return dict.__class_getitem__(items)
        if shape.kind == "union":
            return Union.__getitem__(items)
        return _PLAIN[shape.kind]

    def struct(self, name: str, fields: Mapping[str, Field]) -> Any:
        required = [(field, self.of(each.shape)) for field, each in fields.items() if each.required]
        others = [(field, self.of(each.shape), None) for field, each in fields.items() if not each.required]
        return msgspec.defstruct(name, [*required, *others], kw_only=True, frozen=True)

    def _object(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = Any  # within itself
            self._made[name] = self.struct(name.replace(".", "_"), self._schema.types[name])
        return self._made[name]


def type_of(schema: Schema, name: str) -> Any:
    """A class that reads what the schema describes, as the codec read it when it was released."""
    return _Types(schema).struct(name, schema.fields)


def revived(surface: Surface) -> type[Contract]:
    """The released contract as a class that can be called with ``use``: arguments in, results out, as they were."""
    members: dict[str, Any] = {name: _method(name, operation) for name, operation in surface.operations.items()}
    members["__doc__"] = f"{surface.module} as it was released in {surface.version}."
    return type(
        f"{surface.module}_{surface.version}", (Contract,), members, module=surface.module, version=surface.version
    )


def _method(name: str, operation: OperationSurface) -> Any:
    arguments, results = _Types(operation.arguments.shape), _Types(operation.result.shape)

    def method(self: Any, **values: Any) -> Any:
        raise NotImplementedError

    method.__name__ = method.__qualname__ = name
    fields = operation.arguments.shape.fields
    parameters = [inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)]
    parameters += [
        inspect.Parameter(
            field,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if each.required else None,
            annotation=arguments.of(each.shape),
        )
        for field, each in fields.items()
    ]
    result = results.of(operation.result.shape.fields[RESULT].shape)
    method.__signature__ = inspect.Signature(parameters, return_annotation=result)  # type: ignore[attr-defined]
    method.__annotations__ = {each.name: each.annotation for each in parameters[1:]} | {"return": result}
    return (command if operation.kind == "command" else query)(timeout=LONG)(method)
