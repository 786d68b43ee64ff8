"""The binding of a hosted module that is placed at a service: remote first, and here whenever the service is away.

Both sides answer from the same data and know the same idempotency keys, so a call whose answer was lost can be made
here once more: a query changes nothing, and a command has its effect once. This file may not know how instances are
found.
"""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from typing import Any

from seamline.calls.binding import Binding, route_of
from seamline.calls.context import current_call
from seamline.calls.remote import RemoteBinding
from seamline.contract import Contract, ContractError, DeadlineExceeded, ErrorKind, ModuleUnavailable, Operation, Policy
from seamline.discovery import Balancer
from seamline.modules.registry import hosted_modules
from seamline.placement.here import serves_here
from seamline.placement.reaching import balancer_at_service

logger = logging.getLogger(__name__)
SHARE = 0.5
"""Of the time that a call has, which the service gets. The call here then has its whole time again, within what the
request as a whole has left: a few milliseconds would not do for it on a busy host."""
FIRST_REST, LONGEST_REST = 0.1, 2.0
"""Seconds for which a service that could not be reached is left alone."""
_FAILURES = (ErrorKind.UNAVAILABLE, ErrorKind.TIMEOUT)


class Standby:
    """Asks the service, and this process where that fails.

    :param home: what carries calls here.
    """

    def __init__(self, contract: type[Contract], *, balancer: Balancer, home: Binding) -> None:
        self.home = home
        self.remote = RemoteBinding(contract, balancer=balancer)
        self._failures = 0
        self._rests_until = 0.0
        self.use(contract.policy)

    def use(self, policy: Policy) -> None:
        """Carry calls by another policy from now on; nothing is tried twice at the service, as this process is next."""
        self.remote.use(replace(policy, retry=replace(policy.retry, attempts=1)))

    def invoke(self, operation: Operation, arguments: dict[str, Any], deadline: float, idempotency_key: str) -> Any:
        now = time.monotonic()
        if now < self._rests_until or (operation.is_command and not idempotency_key):
            return self.home.invoke(operation, arguments, deadline, idempotency_key)
        if self._failures:
            self._rests_until = now + self._rest()  # one call tries whether it is back; others need not wait for it
        try:
            result = self.remote.invoke(operation, arguments, now + (deadline - now) * SHARE, idempotency_key)
        except ContractError as error:
            if error.kind not in _FAILURES or type(error) in operation.errors:
                self._back()
                raise
            self._away(operation, error)
            again = min(time.monotonic() + deadline - now, current_call().deadline)
            if time.monotonic() >= again:
                raise
            return self.home.invoke(operation, arguments, again, idempotency_key)
        self._back()
        return result

    def _away(self, operation: Operation, error: ContractError) -> None:
        if not isinstance(error, ModuleUnavailable | DeadlineExceeded) or error.operation != operation.full_name:
            return  # it answers; what it needs, or the module itself, fails
        if not self._failures:
            logger.warning("The service of %s is away, this process answers: %s", operation.contract.module, error)
        self._failures += 1
        self._rests_until = time.monotonic() + self._rest()

    def _back(self) -> None:
        if self._failures:
            self._failures, self._rests_until = 0, 0.0

    def _rest(self) -> float:
        return min(FIRST_REST * 2.0 ** min(self._failures, 10), LONGEST_REST)


def turn_routes() -> None:
    """Have calls of each hosted module go where it is placed now."""
    for module in hosted_modules():
        contract = module.contract
        if contract is None:
            continue
        route = route_of(contract)
        bound = route.binding
        if serves_here(module.name):
            if isinstance(bound, Standby):
                route.binding = bound.home
        elif not isinstance(bound, Standby):
            standby = Standby(contract, balancer=balancer_at_service(module.name), home=bound)
            standby.use(route.guard.policy)
            route.binding = standby
