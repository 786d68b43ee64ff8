"""Rules for contracts and their implementations, as plain functions. They may not know Django's check framework."""

from __future__ import annotations

import dataclasses
import enum
import inspect
import types
import typing
from collections.abc import Iterator
from typing import Any

from seamline.checks.finding import Finding
from seamline.contract import Contract, Operation
from seamline.contract.codec import arguments_type, decoder
from seamline.contract.event import Event, is_event_dataclass, module_of


def contract_findings(contract: type[Contract]) -> Iterator[Finding]:
    """What is wrong with a contract by itself."""
    for name, member in vars(contract).items():
        if not name.startswith("_") and inspect.isfunction(member) and name not in contract.operations:
            yield Finding(
                id="seamline.E004",
                where=f"{contract.__name__}.{name}",
                problem="is a public method but neither a query nor a command.",
                hint="Mark it @query(timeout=...) or @command(timeout=...), or begin its name with an underscore.",
            )
    for operation in contract.operations.values():
        yield from _operation_findings(operation)
    for event in contract.events:
        yield from _event_findings(contract, event)


def implementation_findings(contract: type[Contract], implementation: Any) -> Iterator[Finding]:
    """Where a class does not implement its contract: names, parameters, defaults, types."""
    if not (isinstance(implementation, type) and issubclass(implementation, contract)):
        yield Finding(
            id="seamline.E001",
            where=f"{contract.module}",
            problem=f"its implementation {implementation!r} is no subclass of {contract.__name__}.",
            hint=f"Write class ...Service({contract.__name__}) and name it in the manifest.",
        )
        return
    for operation in contract.operations.values():
        where = f"{implementation.__name__}.{operation.name}"
        function = inspect.getattr_static(implementation, operation.name)
        if function is operation.function:
            yield Finding(
                id="seamline.E002",
                where=where,
                problem=f"is missing, though {contract.__name__} offers it.",
                hint="Implement it, or take it out of the contract.",
            )
            continue
        offered, built = operation.signature, inspect.signature(function)
        if _shape(offered) != _shape(built):
            yield Finding(
                id="seamline.E003",
                where=where,
                problem=f"has the parameters {built}, the contract has {offered}.",
                hint="Copy the parameters, defaults included, from the contract.",
            )
        elif _types(operation.function) != _types(function):
            yield Finding(
                id="seamline.E003",
                where=where,
                problem="has other types than the contract.",
                hint="Copy the annotations from the contract.",
            )


def _operation_findings(operation: Operation) -> Iterator[Finding]:
    where = f"{operation.contract.__name__}.{operation.name}"
    parameters = list(operation.signature.parameters.values())[1:]
    loose = [p.name for p in parameters if p.kind is not p.KEYWORD_ONLY]
    untyped = [name for name, type_ in operation.parameters.items() if type_ is inspect.Parameter.empty]
    if operation.result is inspect.Signature.empty:
        untyped.append("return")
    if loose or untyped:
        yield Finding(
            id="seamline.E005",
            where=where,
            problem=f"not keyword-only: {loose or 'none'}; without a type: {untyped or 'none'}.",
            hint="Put '*' before the first parameter and annotate everything: callers see names and types alone.",
        )
        return
    try:
        decoder(arguments_type(operation))
        decoder(operation.result)
    except TypeError as error:
        yield Finding(
            id="seamline.E006",
            where=where,
            problem=f"uses a type that cannot travel: {error}",
            hint="Use frozen dataclasses, enums, tuples, mappings and plain values.",
        )
        return
    for loose_type in sorted(
        {_name(t) for type_ in (*operation.parameters.values(), operation.result) for t in _mutable(type_)}
    ):
        yield Finding(
            id="seamline.E006",
            where=where,
            problem=f"uses {loose_type}, which can be changed after the call.",
            hint="Make it @dataclass(frozen=True, slots=True, kw_only=True); use tuple for list, Mapping for dict.",
        )
    try:
        errors = operation.errors
    except LookupError as error:
        yield Finding(
            id="seamline.E007",
            where=where,
            problem=str(error),
            hint="Import the error class in the contract's file, or correct the name.",
        )
        return
    for error_class in errors:
        if error_class.module != operation.contract.module:
            yield Finding(
                id="seamline.E007",
                where=where,
                problem=f"documents {error_class.__name__}, an error of {error_class.module!r}.",
                hint="Raise an error of the module's own: callers know this contract alone.",
            )


def _event_findings(contract: type[Contract], event: type[Event]) -> Iterator[Finding]:
    where = f"{contract.__name__}, event {event.__name__}"
    if module_of(event) != contract.module:
        yield Finding(
            id="seamline.E008",
            where=where,
            problem=f"is named {event.event_name!r}, outside the module.",
            hint=f"Name it '{contract.module}.<fact>'.",
        )
    if not is_event_dataclass(event):
        yield Finding(
            id="seamline.E008",
            where=where,
            problem="is no frozen dataclass.",
            hint="Write @dataclass(frozen=True, slots=True, kw_only=True) above it.",
        )
        return
    if event.event_key not in {field.name for field in dataclasses.fields(event)}:  # type: ignore[arg-type]
        yield Finding(
            id="seamline.E008",
            where=where,
            problem=f"has no field {event.event_key!r}, its key.",
            hint="Name as key the field by whose value events are ordered.",
        )
    for loose_type in sorted({_name(t) for t in _mutable(event)}):
        yield Finding(
            id="seamline.E008",
            where=where,
            problem=f"holds {loose_type}, which can be changed.",
            hint="Events are facts: use frozen dataclasses, tuples and plain values.",
        )


def _shape(signature: inspect.Signature) -> list[tuple[str, Any, Any]]:
    return [(p.name, p.kind, p.default) for p in list(signature.parameters.values())[1:]]


def _types(function: Any) -> dict[str, Any]:
    return typing.get_type_hints(function, include_extras=True)


def _name(type_: Any) -> str:
    return getattr(type_, "__name__", repr(type_))


def _mutable(type_: Any, seen: frozenset[Any] = frozenset()) -> Iterator[Any]:
    """The types within a type whose values can be changed."""
    if isinstance(type_, typing.NewType):
        yield from _mutable(type_.__supertype__, seen)
        return
    origin = typing.get_origin(type_)
    if origin is not None:
        if origin in (list, dict, set):
            yield origin
        elif origin not in (typing.Literal,):
            for argument in typing.get_args(type_):
                if not isinstance(argument, types.EllipsisType):
                    yield from _mutable(argument, seen)
        return
    if type_ in (list, dict, set, bytearray):
        yield type_
    elif isinstance(type_, type) and dataclasses.is_dataclass(type_) and not issubclass(type_, enum.Enum):
        if type_ in seen:
            return
        if not type_.__dataclass_params__.frozen:  # type: ignore[attr-defined]
            yield type_
        hints = typing.get_type_hints(type_, include_extras=True)
        for field in dataclasses.fields(type_):
            yield from _mutable(hints[field.name], seen | {type_})
