"""All breakers of this process by the name of their callee, and who is told when one changes its state."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable

from seamline.contract.policy import BreakerPolicy
from seamline.resilience.breaker import Breaker, BreakerState, Transition

logger = logging.getLogger(__name__)
_breakers: dict[str, Breaker] = {}
_lock = threading.Lock()
_listeners: list[Callable[[Transition], None]] = []
_transitions: Counter[tuple[str, BreakerState]] = Counter()
_makers: list[Callable[[Breaker], None]] = []


def breaker_of(callee: str, policy: BreakerPolicy) -> Breaker:
    """The process's breaker of this callee; made on first use.

    :param callee: a module's name, or ``module@address`` for one instance.
    """
    breaker = _breakers.get(callee)
    if breaker is None:
        with _lock:
            breaker = _breakers.setdefault(callee, Breaker(name=callee, policy=policy, on_transition=_tell))
        for listener in _makers:
            listener(breaker)
    return breaker


def all_breakers() -> tuple[Breaker, ...]:
    """Every breaker of this process."""
    return tuple(_breakers.values())


def on_transition(listener: Callable[[Transition], None]) -> None:
    """Have this told every change of state of any breaker of this process; it must be quick and raise nothing."""
    _listeners.append(listener)


def on_made(listener: Callable[[Breaker], None]) -> None:
    """Have this told every breaker when it is used for the first time, before its first call."""
    _makers.append(listener)


def transitions() -> dict[tuple[str, BreakerState], int]:
    """How often breakers went into which state, by callee and state, since this process began."""
    return dict(_transitions)


def _tell(transition: Transition) -> None:
    _transitions[transition.name, transition.after] += 1
    logger.warning(
        "The breaker of %s went from %s to %s: %s",
        transition.name,
        transition.before,
        transition.after,
        transition.reason or "no reason given",
    )
    for listener in _listeners:
        listener(transition)
