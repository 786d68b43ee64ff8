"""The wire form of arguments, results, events and errors: JSON through msgspec, typed in both directions.

Encoders and decoders are made once for each type and kept. This file may not know a transport.
"""

from __future__ import annotations

import dataclasses
import functools
import typing
from collections.abc import Mapping
from typing import Any

import msgspec

from seamline.contract.contract import Operation
from seamline.contract.errors import ContractError, InvalidArgument, UnknownError, error_for_code

_ENCODER = msgspec.json.Encoder(decimal_format="string")
encode = _ENCODER.encode
"""Bytes of JSON for any value that a contract can carry."""


@functools.cache
def decoder(type_: Any) -> msgspec.json.Decoder[Any]:
    """The decoder for a type; made once."""
    return msgspec.json.Decoder(type_)


@functools.cache
def arguments_type(operation: Operation) -> type[msgspec.Struct]:
    """A struct with the operation's parameters as fields, their defaults kept."""
    fields: list[Any] = []
    for name, type_ in operation.parameters.items():
        default = operation.signature.parameters[name].default
        fields.append((name, type_) if default is operation.signature.empty else (name, type_, default))
    return msgspec.defstruct(f"{operation.full_name} arguments", fields, kw_only=True, frozen=True)


def encode_arguments(arguments: Mapping[str, Any]) -> bytes:
    """JSON of keyword arguments, in the order of their names, so that equal calls have equal bytes."""
    return encode({name: arguments[name] for name in sorted(arguments)})


def decode_arguments(operation: Operation, data: bytes) -> dict[str, Any]:
    """Keyword arguments from JSON, checked against the operation's types.

    :raises InvalidArgument: names the path of the value that does not fit.
    """
    struct = arguments_type(operation)
    try:
        value = decoder(struct).decode(data)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise InvalidArgument(operation=operation.full_name, reason=str(error)) from error
    return {name: getattr(value, name) for name in operation.parameters}


def encode_error(error: ContractError) -> bytes:
    """JSON of an error: its code and its data."""
    return encode({"code": error.code, "data": error.data})


def decode_error(data: bytes) -> ContractError:
    """The error that ``encode_error`` wrote, as an instance of its own class.

    A code that this process's contracts do not declare is one of a newer module's: it arrives as ``UnknownError``, a
    ``ModuleFailed`` that keeps its code and its data.

    :raises msgspec.MsgspecError: it is none.
    """
    envelope = _ENVELOPE.decode(data)
    code = envelope.code
    error: Any = error_for_code(code)
    if error is None:
        return UnknownError(
            operation=code.partition(".")[0],
            reason=f"{code}, an error that this version of the contract does not know",
            error_code=code,
            error_data=envelope.data,
        )
    fields = msgspec.structs.asdict(decoder(error_payload(error)).decode(encode(envelope.data)))
    decoded: ContractError = error(**fields)
    return decoded


class _Error(msgspec.Struct, frozen=True):
    code: str
    data: dict[str, Any] = {}


_ENVELOPE = msgspec.json.Decoder(_Error)


@functools.cache
def error_payload(error: Any) -> type[msgspec.Struct]:
    """A struct with the fields of an error class."""
    hints = typing.get_type_hints(error)
    fields = [(field.name, hints[field.name]) for field in dataclasses.fields(error)]
    return msgspec.defstruct(f"{error.code} data", fields, kw_only=True, frozen=True)
