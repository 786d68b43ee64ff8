"""What stands before a contract's binding in every placement: rate, breaker, bulkhead, measures, injected faults.

One guard for each contract and process, shared by all clients. It costs a healthy call a microsecond or two, and a
call of a sick module less. This file may not know a placement.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from seamline.calls.measures import Outcome, record
from seamline.contract import (
    CircuitOpen,
    Contract,
    ContractError,
    DeadlineExceeded,
    ErrorKind,
    Operation,
    Overloaded,
    Policy,
)
from seamline.resilience import faults
from seamline.resilience.adaptive import AdaptiveLimit
from seamline.resilience.breaker import Breaker, BreakerOpen, Permit
from seamline.resilience.breakers import breaker_of
from seamline.resilience.bulkhead import Bulkhead, BulkheadFull
from seamline.resilience.rate import RateLimit

if TYPE_CHECKING:
    from seamline.calls.binding import Route

SLOW_SHARE = 0.9
"""Of its timeout: a call that takes longer counts as slow where the policy names no seconds."""
ENOUGH_SHARE = 0.1
"""Of its timeout: a call that got less from its caller, and ran out of it, says nothing about the module."""
_FAILURES = (ErrorKind.UNAVAILABLE, ErrorKind.TIMEOUT)
_DROPS = (DeadlineExceeded, Overloaded)
"""Failures from which the adaptive limit learns that fewer calls are wise."""
_monotonic = time.monotonic


class Guard:
    """Lets calls of one contract through, or refuses them before they cost anything."""

    __slots__ = ("_adaptive", "_allow", "_bulkhead", "_relative", "_route", "breaker", "policy")

    def __init__(self, route: Route, *, contract: type[Contract], breaker: Breaker | None = None) -> None:
        self._route = route
        self.policy = contract.policy
        self.breaker = breaker or breaker_of(contract.module, _relative(self.policy).breaker)
        self.use(self.policy)

    def use(self, policy: Policy) -> None:
        """Guard by another policy from now on; what is under way ends by the old one."""
        self.policy = policy
        self._relative = policy.breaker.slow_seconds is None
        self.breaker.policy = _relative(policy).breaker
        bulkhead = policy.bulkhead
        name = self.breaker.name
        self._adaptive = (
            AdaptiveLimit(name=name, most=bulkhead.concurrent, queue=bulkhead.queue) if bulkhead.adaptive else None
        )
        self._bulkhead = self._adaptive or Bulkhead(name=name, concurrent=bulkhead.concurrent, queue=bulkhead.queue)
        rate = policy.rate
        self._allow: Callable[[], bool] | None = (
            None if rate.per_second is None else RateLimit(per_second=rate.per_second, burst=rate.burst).allow
        )

    def invoke(self, operation: Operation, arguments: dict[str, Any], deadline: float, idempotency_key: str) -> Any:
        """Make one call through the binding.

        :raises CircuitOpen: the module is sick.
        :raises Overloaded: too many calls are under way, or in this second.
        :raises ContractError: what the binding raises.
        """
        breaker, bulkhead = self.breaker, self._bulkhead
        try:
            permit = self._enter(operation, breaker, bulkhead, deadline)
        except (CircuitOpen, Overloaded):
            record(operation, 0.0, Outcome.REFUSED)
            raise
        started = _monotonic()
        useful: float | None = None  # to the adaptive limit: failures may be quick, and say nothing of a hurry
        dropped = False
        try:
            if faults.installed and (fault := faults.drawn(operation.contract.module, operation.name)) is not None:
                faults.suffer(fault, operation=operation, deadline=deadline)
            result = self._route.binding.invoke(operation, arguments, deadline, idempotency_key)
        except ContractError as error:
            seconds = _monotonic() - started
            if error.kind not in _FAILURES or type(error) in operation.errors:
                breaker.success(permit, seconds / operation.timeout if self._relative else seconds)
                record(operation, seconds, Outcome.REFUSED_BY_RULE)
                useful = seconds
            elif type(error) is DeadlineExceeded and deadline - started < operation.timeout * ENOUGH_SHARE:
                breaker.ignore(permit)
                record(operation, seconds, Outcome.FAILED)
            else:
                breaker.failure(permit, seconds / operation.timeout if self._relative else seconds)
                record(operation, seconds, Outcome.FAILED)
                dropped = type(error) in _DROPS
            raise
        except BaseException:
            breaker.ignore(permit)
            raise
        else:
            seconds = _monotonic() - started
            breaker.success(permit, seconds / operation.timeout if self._relative else seconds)
            record(operation, seconds, Outcome.ANSWERED)
            useful = seconds
            return result
        finally:
            if self._adaptive is bulkhead:
                self._adaptive.leave(seconds=useful, dropped=dropped)
            else:
                bulkhead.leave()

    def _enter(
        self, operation: Operation, breaker: Breaker, bulkhead: Bulkhead | AdaptiveLimit, deadline: float
    ) -> Permit:
        if self._allow is not None and not self._allow():
            raise Overloaded(operation=operation.full_name, reason="more calls a second than its policy allows")
        try:
            permit = breaker.acquire()
        except BreakerOpen as refused:
            raise CircuitOpen(operation=operation.full_name, retry_after=refused.retry_after) from None
        try:
            bulkhead.enter(deadline)
        except BulkheadFull as full:
            breaker.ignore(permit)
            raise Overloaded(operation=operation.full_name, reason=str(full)) from None
        return permit


def _relative(policy: Policy) -> Policy:
    """Slow in shares of each operation's timeout, where the policy names no seconds."""
    if policy.breaker.slow_seconds is not None:
        return policy
    return replace(policy, breaker=replace(policy.breaker, slow_seconds=SLOW_SHARE))
