"""Modules as the door reaches them: a balancer and a breaker for each, and one pool for each address."""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import urlsplit

from seamline.contract.policy import BreakerPolicy
from seamline.discovery import Balancer, NoInstance, Target
from seamline.gateway.options import UpstreamLimits
from seamline.gateway.problems import circuit_open, no_instance
from seamline.gateway.upstream.pool import Pool
from seamline.resilience.breaker import Breaker, BreakerOpen, Permit
from seamline.resilience.breakers import breaker_of
from seamline.resilience.retry import RetryBudget

POLICY = BreakerPolicy(minimum_calls=20, failure_rate=0.5, open_seconds=2.0, longest_open_seconds=30.0)
SWEEP = 5.0


class Modules:
    """All upstreams of one process. For one event loop.

    :param balancer_of: the balancer of a module.
    """

    def __init__(self, *, balancer_of: Callable[[str], Balancer], limits: UpstreamLimits) -> None:
        self._balancer_of, self.limits = balancer_of, limits
        self._pools: dict[str, Pool] = {}
        self._swept = 0.0
        self.budget = RetryBudget(ratio=0.2, floor_per_second=5.0)

    def breaker(self, module: str) -> Breaker:
        """The breaker before a module."""
        return breaker_of(f"gateway {module}", POLICY)

    def permit(self, module: str) -> Permit:
        """Leave to ask a module.

        :raises Problem: 503, its breaker is open.
        """
        try:
            return self.breaker(module).acquire()
        except BreakerOpen as refused:
            raise circuit_open(module, retry_after=refused.retry_after) from None

    def pick(self, module: str, tried: tuple[str, ...]) -> Target:
        """An instance of the module.

        :raises Problem: 503, there is none.
        """
        try:
            return self._balancer_of(module).pick(exclude=tried)
        except NoInstance:
            raise no_instance(module) from None

    def pool(self, url: str) -> Pool:
        """The connections to an address."""
        now = time.monotonic()
        if now - self._swept > SWEEP:
            self._swept = now
            for each in self._pools.values():
                each.sweep(now)
            self._pools = {address: each for address, each in self._pools.items() if not each.unused}
        pool = self._pools.get(url)
        if pool is None:
            parts = urlsplit(url)
            pool = self._pools[url] = Pool(host=parts.hostname or "", port=parts.port or 80, limits=self.limits)
        return pool

    def close(self) -> None:
        """Close what is idle."""
        for pool in self._pools.values():
            pool.close()

    def counts(self) -> dict[str, dict[str, int]]:
        """Connections by address."""
        return {url: pool.counts() for url, pool in self._pools.items()}
