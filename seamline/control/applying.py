"""What this process does about orders and verdicts: force its breakers, turn its guards, install faults, open.

Only what was ordered is ever taken back; what tests or code forced by themselves stays. This file may not know a board.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import replace

from seamline.calls.binding import routes
from seamline.control.policies import overridden
from seamline.control.sharing import Verdict
from seamline.control.telling import FROM_OUTSIDE
from seamline.control.values import ForcedBreaker, Orders, PolicyOverride
from seamline.discovery import kept_out
from seamline.resilience import faults
from seamline.resilience.breaker import Breaker, BreakerState
from seamline.resilience.breakers import all_breakers
from seamline.resilience.faults import Fault

logger = logging.getLogger(__name__)


class Applied:
    """What is in force in this process.

    :param faults_allowed: without it, ordered faults are ignored.
    """

    def __init__(self, *, faults_allowed: bool) -> None:
        self._faults_allowed = faults_allowed
        self._lock = threading.Lock()
        self._orders = Orders()
        self._verdicts: Mapping[str, Verdict] = {}
        self._forced: dict[str, ForcedBreaker] = {}
        self._opened: set[str] = set()
        self._policies: dict[str, PolicyOverride] = {}
        self._faults: tuple[Fault, ...] = ()
        self._warned = False

    def apply(self, orders: Orders, found: Mapping[str, Verdict]) -> None:
        """Have these in force from now on."""
        with self._lock:
            self._orders, self._verdicts = orders, found
            self._opened = {name for name in self._opened if name in found and found[name].opens}
            for breaker in all_breakers():
                self._steer(breaker)
            kept_out.keep(frozenset(_instances(orders)))
            self._turn_guards(orders)
            self._install(orders)

    def made(self, breaker: Breaker) -> None:
        """A breaker was used for the first time: what is in force holds for it too."""
        with self._lock:
            self._steer(breaker)

    def _steer(self, breaker: Breaker) -> None:
        wanted = next((order for order in self._orders.breakers if order.callee == breaker.name), None)
        before = self._forced.get(breaker.name)
        if wanted is not None and (before is None or before.state is not wanted.state):
            self._forced[breaker.name] = wanted
            breaker.force(wanted.state, reason=wanted.reason, actor=wanted.actor)
        elif wanted is None and before is not None:
            del self._forced[breaker.name]
            breaker.force(None, reason="released", actor=before.actor)
        verdict = self._verdicts.get(breaker.name)
        if verdict is not None and verdict.opens and breaker.name not in self._opened:
            # Once for each time that the others come to it: from then on this process probes by itself.
            self._opened.add(breaker.name)
            if breaker.state is BreakerState.CLOSED:
                breaker.open_from_outside(
                    time.monotonic() + breaker.policy.open_seconds,
                    reason=f"{FROM_OUTSIDE}: {verdict.sick} of {verdict.voters}",
                )

    def _turn_guards(self, orders: Orders) -> None:
        wanted = {order.module: order.policy for order in orders.policies}
        for contract, route in routes():
            override = wanted.get(contract.module)
            if override == self._policies.get(contract.__name__):
                continue
            try:
                policy = contract.policy if override is None else overridden(contract.policy, override)
            except ValueError as error:
                logger.warning("The policy ordered for %s cannot be used here: %s", contract.module, error)
                policy = contract.policy
            route.use(policy)
            if override is None:
                del self._policies[contract.__name__]
            else:
                self._policies[contract.__name__] = override

    def _install(self, orders: Orders) -> None:
        if orders.faults and not self._faults_allowed:
            if not self._warned:
                logger.warning("Faults are ordered, and this process does not allow them (SEAMLINE_FAULTS).")
                self._warned = True
            return
        now, known = time.time(), {fault.id: fault for fault in self._faults}
        wanted = tuple(
            known.get(each.fault.id) or replace(each.fault, until=now + each.seconds_left) for each in orders.faults
        )
        if wanted != self._faults:
            others = tuple(fault for fault in faults.installed if fault not in self._faults)
            self._faults = wanted
            faults.install(others + wanted)
            logger.warning("Injected faults: %s", ", ".join(f"{each.id} ({each.kind})" for each in wanted) or "none")


def _instances(orders: Orders) -> list[str]:
    """Instances that operators keep out, as ``module@instance``."""
    return [
        order.callee for order in orders.breakers if "@" in order.callee and order.state is BreakerState.FORCED_OPEN
    ]
