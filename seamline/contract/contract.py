"""Contracts: a module's interface as an abstract class whose methods are queries and commands.

A contract is read once, when its class is made; nothing is inspected per call. This file may not know where an
implementation lives.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
import sys
import typing
from collections.abc import Callable
from enum import StrEnum
from functools import cached_property
from typing import Any, ClassVar, TypeVar

from seamline.contract.errors import ContractError
from seamline.contract.event import Event
from seamline.contract.policy import Policy

Secret = typing.NewType("Secret", str)
"""An argument that is never logged, traced or stored, not even as part of a fingerprint: a password, a card number."""

_Method = TypeVar("_Method", bound=Callable[..., Any])
_RAISES = re.compile(r":raises\s+([A-Za-z_][\w.]*)\s*:")


class OperationKind(StrEnum):
    """Whether an operation only reads or has an effect."""

    QUERY = "query"
    COMMAND = "command"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Policy:
    kind: OperationKind
    timeout: float


def query(*, timeout: float) -> Callable[[_Method], _Method]:
    """Mark a contract method that never writes; it may be retried and cached.

    :param timeout: seconds that a caller waits at most.
    """
    return _marked(OperationKind.QUERY, timeout)


def command(*, timeout: float) -> Callable[[_Method], _Method]:
    """Mark a contract method that has an effect; it runs once for each idempotency key.

    :param timeout: seconds that a caller waits at most.
    """
    return _marked(OperationKind.COMMAND, timeout)


def _marked(kind: OperationKind, timeout: float) -> Callable[[_Method], _Method]:
    if not timeout > 0:
        raise ValueError(f"timeout is {timeout!r}: give a number of seconds above zero.")

    def mark(method: _Method) -> _Method:
        method.__seamline_policy__ = _Policy(kind=kind, timeout=timeout)  # type: ignore[attr-defined]
        return method

    return mark


class Operation:
    """One method of a contract: its name, kind, timeout, argument types, result type and errors.

    Types are resolved on first use, because a contract's annotations may name classes that are defined below it.
    """

    def __init__(self, *, contract: type[Contract], name: str, function: Callable[..., Any], policy: _Policy) -> None:
        self.contract = contract
        self.name = name
        self.function = function
        self.kind = policy.kind
        self.timeout = policy.timeout
        self.full_name = f"{contract.module}.{name}"

    @property
    def is_command(self) -> bool:
        return self.kind is OperationKind.COMMAND

    @cached_property
    def signature(self) -> inspect.Signature:
        return inspect.signature(self.function)

    @cached_property
    def _hints(self) -> dict[str, Any]:
        return typing.get_type_hints(self.function, include_extras=True)

    @cached_property
    def defaults(self) -> dict[str, Any]:
        """The values of the parameters that need not be given."""
        empty = inspect.Parameter.empty
        return {name: each.default for name, each in self.signature.parameters.items() if each.default is not empty}

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """Argument types by name, without ``self``."""
        return {name: self._hints.get(name, inspect.Parameter.empty) for name in list(self.signature.parameters)[1:]}

    @cached_property
    def result(self) -> Any:
        return self._hints.get("return", inspect.Signature.empty)

    @cached_property
    def documented_errors(self) -> tuple[str, ...]:
        """Names that the docstring lists as ``:raises Name:``, in their order."""
        return tuple(_RAISES.findall(self.function.__doc__ or ""))

    @cached_property
    def errors(self) -> tuple[type[ContractError], ...]:
        """The error classes that the docstring lists, looked up where the contract is defined.

        :raises LookupError: if a name is no ``ContractError`` there.
        """
        namespace = vars(sys.modules[self.contract.__module__])
        found = []
        for name in self.documented_errors:
            error = namespace.get(name)
            if not (isinstance(error, type) and issubclass(error, ContractError)):
                raise LookupError(f"{self.full_name} documents ':raises {name}:', which is no ContractError there.")
            found.append(error)
        return tuple(found)

    def __repr__(self) -> str:
        return f"<{self.kind} {self.full_name}>"


class Contract:
    """Root of all contracts.

    >>> class Inventory(Contract, module="inventory", version="1.2", events=(StockReserved,)):
    ...     @query(timeout=0.3)
    ...     def availability(self, *, skus: tuple[Sku, ...]) -> Mapping[Sku, int]:
    ...         "Units that can still be reserved, for each known SKU."

    The implementation subclasses the contract; ``use(Inventory)`` gives callers an object with the same methods.
    """

    module: ClassVar[str] = ""
    version: ClassVar[str] = ""
    events: ClassVar[tuple[type[Event], ...]] = ()
    policy: ClassVar[Policy] = Policy()
    operations: ClassVar[dict[str, Operation]] = {}

    def __init_subclass__(
        cls,
        *,
        module: str | None = None,
        version: str | None = None,
        events: tuple[type[Event], ...] = (),
        policy: Policy | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init_subclass__(**kwargs)
        if Contract not in cls.__bases__:
            return  # an implementation: the system checks compare it with its contract
        if not module or not version:
            raise TypeError(
                f"{cls.__qualname__} needs a module and a version: "
                f'class {cls.__name__}(Contract, module="...", version="1.0").'
            )
        cls.module, cls.version, cls.events = module, version, events
        cls.policy = policy or Policy()
        cls.operations = {
            name: Operation(contract=cls, name=name, function=member, policy=member.__seamline_policy__)
            for name, member in vars(cls).items()
            if hasattr(member, "__seamline_policy__")
        }
