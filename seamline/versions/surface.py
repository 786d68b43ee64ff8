"""What a contract offers, as plain data: each operation's kind, arguments, result and errors, with samples of each.

It is what is kept of a release, and what two versions are compared by. This file may not judge changes.
"""

from __future__ import annotations

import dataclasses
import typing
from typing import Any

import msgspec

from seamline.contract import Contract, ContractError, Operation
from seamline.schemas.samples import samples_of
from seamline.schemas.shape import Schema, schema_of_fields

RESULT = "result"


class Carried(msgspec.Struct, frozen=True, kw_only=True):
    """Something that travels, and payloads of it as they were when it was released."""

    shape: Schema = msgspec.field(name="schema")
    samples: tuple[dict[str, Any], ...]


class OperationSurface(msgspec.Struct, frozen=True, kw_only=True):
    """One operation. The result is the one field ``result`` of what is carried."""

    kind: str
    arguments: Carried
    result: Carried
    errors: dict[str, Carried]


class Surface(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a contract."""

    module: str
    version: str
    operations: dict[str, OperationSurface]


def surface_of(contract: type[Contract]) -> Surface:
    """What the contract offers now."""
    operations = {name: _operation(operation) for name, operation in sorted(contract.operations.items())}
    return Surface(module=contract.module, version=contract.version, operations=operations)


def arguments_class(operation: Operation) -> type:
    """The operation's parameters as a dataclass, their defaults kept."""
    fields: list[Any] = []
    for name, type_ in operation.parameters.items():
        default = operation.signature.parameters[name].default
        required = default is operation.signature.empty
        fields.append((name, type_) if required else (name, type_, dataclasses.field(default=default)))
    return dataclasses.make_dataclass(f"{operation.name}_arguments", fields, kw_only=True, frozen=True)


def result_class(operation: Operation) -> type:
    """A dataclass whose one field is the operation's result."""
    return dataclasses.make_dataclass(f"{operation.name}_result", [(RESULT, operation.result)], kw_only=True)


def error_class(error: type[ContractError]) -> type:
    """An error's data as a dataclass."""
    hints = typing.get_type_hints(error)
    fields = [(field.name, hints[field.name]) for field in dataclasses.fields(error)]
    return dataclasses.make_dataclass(f"{error.__name__}_data", fields, kw_only=True)


def _operation(operation: Operation) -> OperationSurface:
    return OperationSurface(
        kind=operation.kind.value,
        arguments=_carried(arguments_class(operation)),
        result=_carried(result_class(operation)),
        errors={error.code: _carried(error_class(error)) for error in operation.errors},
    )


def _carried(cls: type) -> Carried:
    return Carried(shape=schema_of_fields(cls), samples=samples_of(cls))
