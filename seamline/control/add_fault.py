"""Use case: an operator or a test injects a fault into the calls of a module, for a while, where that is allowed."""

from __future__ import annotations

import secrets
import time
from dataclasses import replace

import msgspec
from django.conf import settings

from seamline.calls import current_call
from seamline.control.book import known_module, place
from seamline.control.values import OrderedFault, OrderKind
from seamline.resilience.faults import LONGEST, Fault, FaultKind
from seamline.schemas import declared_contracts


class FaultsNotAllowed(Exception):
    """This installation does not allow faults."""


def add_fault(
    *,
    kind: FaultKind,
    callee: str,
    reason: str,
    operation: str = "",
    instance: str = "",
    percent: float = 100.0,
    seconds: float = 0.0,
    lasts: float = 60.0,
    dry_run: bool = False,
) -> OrderedFault | None:
    """Inject it in all processes that call the module.

    :param callee: a module's name.
    :param seconds: of latency.
    :param lasts: seconds until it ends by itself, an hour at most.
    :param dry_run: check alone, change nothing.
    :returns: the order; None for a dry run.
    :raises FaultsNotAllowed: ``SEAMLINE_FAULTS`` is off.
    :raises LookupError: no contract belongs to that module, or it has no such operation.
    :raises ValueError: a number is out of range, or there is no reason.
    :raises BoardAway: the database is out of reach.
    """
    if not settings.SEAMLINE_FAULTS:
        raise FaultsNotAllowed("Faults are not allowed here. Set SEAMLINE_FAULTS=true where they may be injected.")
    _check_operation(known_module(callee), operation)
    if not 0 < lasts <= LONGEST:
        raise ValueError(f"It lasts {lasts!r} seconds: give more than 0, up to {LONGEST:g}.")
    if len(instance) > 200:
        raise ValueError(f"The instance has {len(instance)} characters; 200 are allowed.")
    actor, reason = current_call().origin.actor, " ".join(reason.split())
    fault = Fault(
        id=f"fault-{secrets.token_hex(4)}",
        kind=kind,
        callee=callee,
        operation=operation,
        instance=instance,
        percent=percent,
        seconds=seconds,
        actor=actor,
        reason=reason,
    )
    if dry_run:
        return None
    ordered_at = place(OrderKind.FAULT, fault.id, msgspec.to_builtins(fault), reason=reason, seconds=lasts)
    return OrderedFault(fault=replace(fault, until=time.time() + lasts), seconds_left=lasts, at=ordered_at)


def _check_operation(module: str, operation: str) -> None:
    known = sorted(name for each in declared_contracts() if each.module == module for name in each.operations)
    if operation and operation not in known:
        raise LookupError(f"{module} has no operation {operation!r}; it has {', '.join(known)}.")
