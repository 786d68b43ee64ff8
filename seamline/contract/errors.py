"""Typed errors with stable codes, which arrive as the same exceptions in every placement.

An error class is a dataclass: its fields are the data that travels with it. This file may not know a transport;
``ErrorKind`` is what a transport maps to its own status.
"""

from __future__ import annotations

import dataclasses
import re
from enum import StrEnum
from typing import Any, ClassVar


class ErrorKind(StrEnum):
    """What went wrong, in terms that any transport can map to a status."""

    INVALID = "invalid"
    DENIED = "denied"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    UNAVAILABLE = "unavailable"
    TIMEOUT = "timeout"


_CODES: dict[str, type[ContractError]] = {}


@dataclasses.dataclass(eq=False, kw_only=True)
class ContractError(Exception):
    """Root of all errors that cross a module boundary.

    Subclasses are declared with ``@dataclass(eq=False, kw_only=True)``; their code is the class name in snake case,
    prefixed by the module of their root: ``inventory.out_of_stock``.
    """

    module: ClassVar[str] = "seamline"
    kind: ClassVar[ErrorKind] = ErrorKind.CONFLICT
    code: ClassVar[str] = "seamline.contract_error"

    def __init_subclass__(cls, *, module: str | None = None, kind: ErrorKind | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if module is not None:
            cls.module = module
        if kind is not None:
            cls.kind = kind
        cls.code = f"{cls.module}.{_snake_case(cls.__name__)}"
        known = _CODES.get(cls.code)
        if known is not None and (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
            raise TypeError(
                f"Two error classes share the code {cls.code!r}: {known.__module__}.{known.__qualname__} and "
                f"{cls.__module__}.{cls.__qualname__}. Rename one of them."
            )
        _CODES[cls.code] = cls

    @property
    def data(self) -> dict[str, Any]:
        """The fields of this error by name."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}

    @property
    def detail(self) -> str:
        """One sentence for people: the first line of the class's docstring. Subclasses may say more."""
        return (type(self).__doc__ or type(self).__name__).strip().splitlines()[0]

    def __str__(self) -> str:
        data = ", ".join(f"{name}={value!r}" for name, value in self.data.items())
        return f"{self.detail} ({data})" if data else self.detail

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.data)


def error_for_code(code: str) -> type[ContractError] | None:
    """The error class with this code, or None where no loaded contract declares it."""
    return _CODES.get(code)


def _rebuild(error: type[ContractError], data: dict[str, Any]) -> ContractError:
    return error(**data)


def _snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


@dataclasses.dataclass(eq=False, kw_only=True)
class InvalidArgument(ContractError, kind=ErrorKind.INVALID):
    """An argument does not have the shape that the contract asks for."""

    operation: str
    reason: str

    @property
    def detail(self) -> str:
        return f"{self.operation} was called with an argument that its contract does not allow: {self.reason}"


@dataclasses.dataclass(eq=False, kw_only=True)
class CallInsideTransaction(ContractError):
    """A contract was called while a transaction was open; call first, then open the transaction."""

    operation: str
    transaction: str


@dataclasses.dataclass(eq=False, kw_only=True)
class DeadlineExceeded(ContractError, kind=ErrorKind.TIMEOUT):
    """The caller's time budget was used up before the call could be made or finished."""

    operation: str


@dataclasses.dataclass(eq=False, kw_only=True)
class ModuleUnavailable(ContractError, kind=ErrorKind.UNAVAILABLE):
    """No running instance of the module could take the call."""

    operation: str
    reason: str


@dataclasses.dataclass(eq=False, kw_only=True)
class CircuitOpen(ContractError, kind=ErrorKind.UNAVAILABLE):
    """The module has failed or been too slow too often of late; calls are refused until it has had time to recover."""

    operation: str
    retry_after: float
    """Seconds after which it is worth asking again."""


@dataclasses.dataclass(eq=False, kw_only=True)
class Overloaded(ContractError, kind=ErrorKind.UNAVAILABLE):
    """Too many calls of the module are under way; this one was turned away before it began."""

    operation: str
    reason: str


@dataclasses.dataclass(eq=False, kw_only=True)
class ModuleFailed(ContractError, kind=ErrorKind.UNAVAILABLE):
    """The module failed in a way that its contract does not name; its own log says how."""

    operation: str
    reason: str


@dataclasses.dataclass(eq=False, kw_only=True)
class UnknownError(ModuleFailed, kind=ErrorKind.CONFLICT):
    """The module answered with an error that only a newer version of its contract declares.

    It is an answer, so circuits do not open for it, and repeating the call would not help.
    """

    error_code: str
    error_data: dict[str, Any]


@dataclasses.dataclass(eq=False, kw_only=True)
class IdempotencyKeyReuse(ContractError):
    """An idempotency key arrived again with other arguments; use a new key for a new intent."""

    operation: str
    key: str
