"""Breakers with faults that others have had: tests prove that they would be noticed."""

from __future__ import annotations

import time

from seamline.resilience.breaker import Breaker, BreakerOpen, BreakerState, Transition
from seamline.resilience.probing import Permit


class Believing(Breaker):
    """Looks at no generation: whatever comes back counts, and decides."""

    def _call_came_back(self, permit: Permit, *, failed: bool, slow: bool) -> Transition | None:
        if self.standing is None:
            return None
        return super()._call_came_back(self.standing, failed=failed, slow=slow)

    def _probe_came_back(self, permit: Permit, *, failed: bool, slow: bool) -> Transition | None:
        if self.state is BreakerState.HALF_OPEN:
            self._probing._out.add(permit)
        return super()._probe_came_back(permit, failed=failed, slow=slow)


class Unlucky(Breaker):
    """One failed probe decides, however many are permitted."""

    def _probe_came_back(self, permit: Permit, *, failed: bool, slow: bool) -> Transition | None:
        if failed and permit in self._probing._out:
            return self._open("one probe failed")
        return super()._probe_came_back(permit, failed=failed, slow=slow)


class Wedged(Breaker):
    """A cancelled probe keeps its place."""

    def ignore(self, permit: Permit) -> None:
        return


class Stampeding(Breaker):
    """Looks whether it is half-open and counts afterwards, without a lock in between."""

    def acquire(self) -> Permit:
        if self.standing is None and self.clock() >= self._open_until:
            if self._probing.back + len(self._probing._out) >= self.policy.probes:
                raise BreakerOpen(self.name, 0.0)
            time.sleep(0.001)  # what a switch of threads at the wrong moment does
            self._state = BreakerState.HALF_OPEN
            probe = Permit(generation=0, slow_seconds=0.0, calls=iter(()), is_probe=True)
            self._probing._out.add(probe)
            return probe
        return super().acquire()
