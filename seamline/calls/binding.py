"""Where a contract's calls go: the seam that placement turns. One binding for each contract, replaceable at run time.

Bindings are local (``local.py``), through the codec (``rpc.py``), fakes in tests, later HTTP. This file may not know
which.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from seamline.contract import Contract, ModuleUnavailable, Operation


class Binding(Protocol):
    """Carries calls of one contract to wherever it is implemented."""

    def invoke(self, operation: Operation, arguments: dict[str, Any], deadline: float, idempotency_key: str) -> Any:
        """Make one call and answer its result.

        :param deadline: a reading of ``time.monotonic()`` after which the caller no longer waits.
        :param idempotency_key: empty for queries.
        :raises ContractError: the callee's, or the framework's where the call could not be made.
        """


class Unbound:
    """Refuses every call: the contract's module is not hosted here and nobody said where it lives."""

    def invoke(self, operation: Operation, arguments: dict[str, Any], deadline: float, idempotency_key: str) -> Any:
        raise ModuleUnavailable(
            operation=operation.full_name,
            reason=f"this process does not host {operation.contract.module!r} and knows no other instance; "
            "add it to SEAMLINE_MODULES",
        )


class Route:
    """The binding of one contract, shared by all its clients, so that replacing it turns all of them at once."""

    __slots__ = ("binding",)

    def __init__(self) -> None:
        self.binding: Binding = Unbound()


_ROUTES: dict[type[Contract], Route] = {}


def route_of(contract: type[Contract]) -> Route:
    """The route of a contract; made on first use."""
    return _ROUTES.setdefault(contract, Route())


@contextmanager
def rebound(contract: type[Contract], binding: Binding) -> Iterator[None]:
    """Send the contract's calls elsewhere until the block ends, in all threads."""
    route = route_of(contract)
    before = route.binding
    route.binding = binding
    try:
        yield
    finally:
        route.binding = before
