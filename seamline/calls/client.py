"""``use(Contract)``: the object through which callers call, and the guard rails that every placement shares.

A client has the contract's methods; each refuses calls inside a transaction, works out the deadline, gives commands an
idempotency key, and hands the call to the route's guard. This file may not know a placement.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any, TypeVar, cast

from seamline.calls.binding import Route, route_of
from seamline.calls.context import current
from seamline.contract import (
    CallInsideTransaction,
    Contract,
    ContractError,
    DeadlineExceeded,
    ErrorKind,
    Operation,
)
from seamline.data.transaction import current_transaction

_C = TypeVar("_C", bound=Contract)
_NO_FALLBACK: Any = object()
_DEGRADED = (ErrorKind.UNAVAILABLE, ErrorKind.TIMEOUT)
_monotonic = time.monotonic


class Client:
    """Base of the generated clients; holds what the caller asked for."""

    __slots__ = ("_fallback", "_idempotency_key", "_timeout")

    def __init__(self, idempotency_key: str | None, timeout: float | None, fallback: Any) -> None:
        self._idempotency_key = idempotency_key
        self._timeout = timeout
        self._fallback = fallback


_CLIENTS: dict[type[Contract], tuple[type[Client], Client]] = {}


def use(
    contract: type[_C],
    *,
    idempotency_key: str | None = None,
    timeout: float | None = None,
    fallback: Any = _NO_FALLBACK,
) -> _C:
    """An object with the contract's methods, which calls its implementation wherever that lives now.

    :param idempotency_key: of the one command that is called on it: a command that arrives twice with the same key
        has its effect once and answers the first result. Without one, every call is a new intent.
    :param timeout: seconds, where the contract's own timeout of the operation does not fit.
    :param fallback: answered instead when the module cannot be reached, fails or is too slow (never for its business
        errors); a callable is called with the error and its result is answered.
    """
    try:
        client_class, plain = _CLIENTS[contract]
    except KeyError:
        client_class, plain = _CLIENTS.setdefault(contract, _make_client(contract))
    if idempotency_key is None and timeout is None and fallback is _NO_FALLBACK:
        return cast(_C, plain)
    return cast(_C, client_class(idempotency_key, timeout, fallback))


def _make_client(contract: type[Contract]) -> tuple[type[Client], Client]:
    if not contract.operations:
        raise TypeError(f"{contract!r} is no contract with operations: use(...) takes a class derived from Contract.")
    route = route_of(contract)
    methods = {name: _method(route, operation) for name, operation in contract.operations.items()}
    client_class = type(f"{contract.__name__}Client", (Client,), {"__slots__": (), **methods})
    return client_class, client_class(None, None, _NO_FALLBACK)


def _method(route: Route, operation: Operation) -> Callable[..., Any]:
    own_timeout, is_command, full_name = operation.timeout, operation.is_command, operation.full_name

    def call(self: Client, **arguments: Any) -> Any:
        transaction = current_transaction()
        if transaction is not None:
            raise CallInsideTransaction(operation=full_name, transaction=transaction.module)
        now = _monotonic()
        deadline = now + (self._timeout or own_timeout)
        outer = current.get().deadline
        if outer < deadline:
            deadline = outer
            if deadline <= now:
                return _degrade(self, DeadlineExceeded(operation=full_name))
        key = (self._idempotency_key or uuid.uuid4().hex) if is_command else ""
        if self._fallback is _NO_FALLBACK:
            return route.guard.invoke(operation, arguments, deadline, key)
        try:
            return route.guard.invoke(operation, arguments, deadline, key)
        except ContractError as error:
            if error.kind not in _DEGRADED or type(error) in operation.errors:
                raise
            return _degrade(self, error)

    call.__name__ = operation.name
    call.__qualname__ = f"{operation.contract.__name__}Client.{operation.name}"
    call.__doc__ = operation.function.__doc__
    return call


def _degrade(client: Client, error: ContractError) -> Any:
    fallback = client._fallback
    if fallback is _NO_FALLBACK:
        raise error
    return fallback(error) if callable(fallback) else fallback
