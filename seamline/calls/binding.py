"""Where a contract's calls go: the seam that placement turns. One binding for each contract, replaceable at run time.

Bindings are local (``local.py``), through the codec (``rpc.py``), over HTTP (``remote``), fakes in tests. This file may
not know which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from seamline.calls.guard import Guard
from seamline.contract import Contract, ModuleUnavailable, Operation, Policy
from seamline.resilience.breaker import Breaker


class Binding(Protocol):
    """Carries calls of one contract to wherever it is implemented."""

    def invoke(self, operation: Operation, arguments: dict[str, Any], deadline: float, idempotency_key: str) -> Any:
        """Make one call and answer its result.

        :param deadline: a reading of ``time.monotonic()`` after which the caller no longer waits.
        :param idempotency_key: empty for queries.
        :raises ContractError: the callee's, or the framework's where the call could not be made.
        """


class Elsewhere:
    """Where a contract's calls go until its module is hosted here: to another process, if one can be named."""

    def __init__(self, route: Route, contract: type[Contract]) -> None:
        self._route = route
        self._contract = contract

    def invoke(self, operation: Operation, arguments: dict[str, Any], deadline: float, idempotency_key: str) -> Any:
        binding = _outside(self._contract) if _outside is not None else None
        if binding is None:
            raise ModuleUnavailable(
                operation=operation.full_name,
                reason=f"this process does not host {operation.contract.module!r} and knows no other instance; "
                "add it to SEAMLINE_MODULES, or say in SEAMLINE_REGISTRY where instances are found",
            )
        if self._route.binding is self:
            self._route.binding = binding
            _turn(binding, self._route.guard.policy)
        return binding.invoke(operation, arguments, deadline, idempotency_key)


_outside: Callable[[type[Contract]], Binding | None] | None = None


def bind_outside(factory: Callable[[type[Contract]], Binding | None]) -> None:
    """Have contracts of modules that are not hosted here bound by this, on their first call."""
    global _outside  # noqa: PLW0603 - set once, while Django starts
    _outside = factory


class Route:
    """The binding of one contract and the guard before it, shared by all its clients.

    Replacing the binding turns all of them at once.
    """

    __slots__ = ("binding", "guard")

    def __init__(self, contract: type[Contract]) -> None:
        self.binding: Binding = Elsewhere(self, contract)
        self.guard = Guard(self, contract=contract)

    def use(self, policy: Policy) -> None:
        """Guard and carry calls by another policy from now on."""
        self.guard.use(policy)
        _turn(self.binding, policy)


def _turn(binding: Binding, policy: Policy) -> None:
    """Have a binding that goes by a policy go by this one; most go by none."""
    use = getattr(binding, "use", None)
    if use is not None:
        use(policy)


_ROUTES: dict[type[Contract], Route] = {}


def route_of(contract: type[Contract]) -> Route:
    """The route of a contract; made on first use."""
    try:
        return _ROUTES[contract]
    except KeyError:
        return _ROUTES.setdefault(contract, Route(contract))


def routes() -> tuple[tuple[type[Contract], Route], ...]:
    """Every contract that was used in this process, and its route."""
    return tuple(_ROUTES.items())


@contextmanager
def rebound(contract: type[Contract], binding: Binding) -> Iterator[None]:
    """Send the contract's calls elsewhere until the block ends, in all threads, under a guard that has seen nothing."""
    route = route_of(contract)
    before, guard = route.binding, route.guard
    route.binding = binding
    route.guard = Guard(route, contract=contract, breaker=Breaker(name=contract.module, policy=contract.policy.breaker))
    try:
        yield
    finally:
        route.binding, route.guard = before, guard
