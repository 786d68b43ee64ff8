"""The ``http`` placement: a call goes to one of the module's instances, and to another where the first cannot take it.

Repeating is safe: queries change nothing, and a command runs once for each idempotency key. What all callers of this
process repeat together is bounded by a budget. This file may not know how instances are found or picked.
"""

from __future__ import annotations

import time
from random import random
from typing import Any

from seamline.calls.context import current
from seamline.calls.guard import ENOUGH_SHARE
from seamline.calls.remote.exchange import AttemptFailed, attempt
from seamline.calls.remote.pools import pool_of
from seamline.contract import Contract, ContractError, DeadlineExceeded, ErrorKind, ModuleUnavailable, Operation, Policy
from seamline.contract.codec import encode_arguments
from seamline.discovery import Balancer, NoInstance, Target
from seamline.resilience import faults
from seamline.resilience.faults import Fault
from seamline.resilience.hedge import Latencies, hedged
from seamline.resilience.retry import RetryBudget, backoff
from seamline.telemetry.spans import Hop, span

_SYSTEM_FAILURES = (ErrorKind.UNAVAILABLE, ErrorKind.TIMEOUT)


class RemoteBinding:
    """Calls a contract's module wherever discovery finds it."""

    def __init__(self, contract: type[Contract], *, balancer: Balancer) -> None:
        self.contract = contract
        self.balancer = balancer
        self._latencies = Latencies()
        self.use(contract.policy)

    def use(self, policy: Policy) -> None:
        """Carry calls by another policy from now on."""
        self._policy, self._hedge = policy.retry, policy.hedge
        self._budget = RetryBudget(ratio=self._policy.budget_ratio, floor_per_second=self._policy.budget_floor)

    def invoke(self, operation: Operation, arguments: dict[str, Any], deadline: float, idempotency_key: str) -> Any:
        encoded = encode_arguments(arguments)
        tried: list[str] = []
        self._budget.deposit()
        hedge = self._hedge
        if hedge.after_seconds is None or operation.is_command:
            return self._try(operation, encoded, deadline, idempotency_key, tried)
        started = time.monotonic()
        after = hedge.after_seconds or self._latencies.late()
        if after is None:
            result = self._try(operation, encoded, deadline, idempotency_key, tried)
        else:
            try:
                result = hedged(
                    lambda: self._try(operation, encoded, deadline, idempotency_key, tried),
                    after=after,
                    attempts=hedge.attempts,
                    deadline=deadline,
                    allowed=self._budget.withdraw,
                )
            except TimeoutError as error:
                raise DeadlineExceeded(operation=operation.full_name) from error
        self._latencies.add(time.monotonic() - started)
        return result

    def _try(
        self, operation: Operation, encoded: bytes, deadline: float, idempotency_key: str, tried: list[str]
    ) -> Any:
        """Ask one instance after the other.

        :param tried: ids of instances that were asked; added to.
        """
        while True:
            try:
                target = self.balancer.pick(exclude=tried)
            except NoInstance as error:
                raise ModuleUnavailable(operation=operation.full_name, reason=str(error)) from error
            tried.append(target.instance_id)
            try:
                return self._ask(target, operation, encoded, deadline, idempotency_key)
            except AttemptFailed as failed:
                text, cause = f"{target.url}: {failed}", failed
                self._rest_or_give_up(operation, len(tried), deadline, text, cause)
            except ModuleUnavailable as error:
                if error.operation != operation.full_name:  # another module is away, which the callee needs
                    raise
                self._rest_or_give_up(operation, len(tried), deadline, error.reason, error)

    def _ask(self, target: Target, operation: Operation, encoded: bytes, deadline: float, idempotency_key: str) -> Any:
        call = current.get()
        target.begin()
        started, healthy, broken = time.monotonic(), None, False
        hurried = deadline - started < operation.timeout * ENOUGH_SHARE
        try:
            fault = _fault(target, operation, deadline) if faults.installed else None
            with span(operation.full_name, Hop.CLIENT, **{"server.address": target.url}):
                result = attempt(
                    pool=pool_of(target.url),
                    operation=operation,
                    arguments=encoded,
                    deadline=deadline,
                    idempotency_key=idempotency_key,
                    origin=current.get().origin,
                    caller=call.operation.partition(".")[0] or "web",
                    fault=fault,
                )
        except ContractError as error:
            healthy = error.data.get("operation") != operation.full_name or error.kind not in _SYSTEM_FAILURES
            raise
        except AttemptFailed:
            healthy, broken = False, True
            raise
        else:
            healthy = True
            return result
        finally:
            if hurried and time.monotonic() >= deadline:  # it was the caller who had no time
                healthy, broken = None, False
            target.end(seconds=time.monotonic() - started, ok=healthy, broken=broken)

    def _rest_or_give_up(
        self, operation: Operation, attempts: int, deadline: float, text: str, cause: Exception
    ) -> None:
        if time.monotonic() >= deadline:
            raise DeadlineExceeded(operation=operation.full_name) from cause
        if attempts >= self._policy.attempts or not self._budget.withdraw():
            raise ModuleUnavailable(operation=operation.full_name, reason=text) from cause
        # Another instance is asked at once, the same ones only after a rest.
        if attempts < self.balancer.size:
            return
        rest = backoff(attempts, base=self._policy.base_seconds, cap=self._policy.longest_seconds, random=random)
        if time.monotonic() + rest >= deadline:
            raise DeadlineExceeded(operation=operation.full_name) from cause
        time.sleep(rest)


def _fault(target: Target, operation: Operation, deadline: float) -> Fault | None:
    """What is injected on the way to this instance; what is not of connections is suffered here."""
    fault = faults.drawn(operation.contract.module, operation.name, instance=target.instance_id)
    if fault is None or fault.kind in faults.OF_CONNECTIONS:
        return fault
    faults.suffer(fault, operation=operation, deadline=deadline)
    return None
