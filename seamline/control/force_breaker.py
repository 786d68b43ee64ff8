"""Use case: an operator holds a breaker in a state, in all processes, until it is released."""

from __future__ import annotations

from seamline.calls import current_call
from seamline.control.book import known_module, place
from seamline.control.values import ForcedBreaker, OrderKind
from seamline.resilience.breaker import BreakerState
from seamline.resilience.breaker_state import FORCED


def force_breaker(*, callee: str, state: BreakerState, reason: str, dry_run: bool = False) -> ForcedBreaker | None:
    """Force the breaker of a module, or keep one of its instances out with ``module@instance``.

    :param state: one that can be forced; an instance can only be forced open.
    :param dry_run: check alone, change nothing.
    :returns: the order; None for a dry run.
    :raises LookupError: no contract belongs to that module.
    :raises ValueError: the state cannot be forced, or there is no reason.
    :raises BoardAway: the database is out of reach.
    """
    module, at, instance = callee.partition("@")
    known_module(module)
    if state not in FORCED:
        raise ValueError(f"{state} cannot be forced: give one of {', '.join(sorted(FORCED))}.")
    if at and (not instance or state is not BreakerState.FORCED_OPEN):
        raise ValueError(f"{callee}: one instance of a module can be {BreakerState.FORCED_OPEN}, which keeps it out.")
    if len(callee) > 300:
        raise ValueError(f"The callee has {len(callee)} characters; 300 are allowed.")
    if dry_run:
        return None
    ordered_at = place(OrderKind.BREAKER, callee, {"state": state.value}, reason=reason)
    return ForcedBreaker(
        callee=callee, state=state, actor=current_call().origin.actor, reason=reason.strip(), at=ordered_at
    )
