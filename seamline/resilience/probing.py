"""Permits of a breaker, and one round of probes: how many are let through, which came back, and what they say together.

The places are leases: a probe that is cancelled gives its place back, one that never comes back loses it. All under the
breaker's lock. This file may not know a breaker.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from seamline.contract.policy import BreakerPolicy


class Permit:
    """Leave to make calls in one generation: one for all calls while closed, one for each probe while half-open.

    It carries its generation's own counter, so that a good call that ends late counts where nobody looks any more.
    """

    __slots__ = ("calls", "generation", "given_at", "is_probe", "slow_seconds")

    def __init__(
        self, *, generation: int, slow_seconds: float, calls: Iterator[object], is_probe: bool, given_at: float = 0.0
    ) -> None:
        self.generation = generation
        self.slow_seconds = slow_seconds
        """A call below it is good, and needs no more than to be counted; below any for a probe."""
        self.calls = calls
        self.is_probe = is_probe
        self.given_at = given_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the probes say of the callee."""

    well: bool
    reason: str


class Probing:
    """One round of probes: never more than ``policy.probes`` under way and back together."""

    __slots__ = ("_generation", "_out", "_policy", "back", "failures", "slow")

    def __init__(self, *, policy: BreakerPolicy, generation: int) -> None:
        self._policy = policy
        self._generation = generation
        self._out: set[Permit] = set()
        self.back = self.failures = self.slow = 0

    def take(self, *, now: float) -> Permit | None:
        """A place, or None: all are taken. Places whose lease is over are free again."""
        policy = self._policy
        if len(self._out) + self.back >= policy.probes:
            self._out = {probe for probe in self._out if now - probe.given_at < policy.probe_seconds}
            if len(self._out) + self.back >= policy.probes:
                return None
        probe = Permit(
            generation=self._generation, slow_seconds=float("-inf"), calls=iter(()), is_probe=True, given_at=now
        )
        self._out.add(probe)
        return probe

    def retry_after(self, *, now: float) -> float:
        """Seconds until a place must be free: the oldest lease is over."""
        lease = self._policy.probe_seconds
        return max(0.0, min((probe.given_at for probe in self._out), default=now) + lease - now)

    def give_back(self, probe: Permit) -> None:
        """The probe says nothing; another may go."""
        self._out.discard(probe)

    def came_back(self, probe: Permit, *, failed: bool, slow: bool) -> Verdict | None:
        """Count a probe of this round that holds its place, and say what all say together, once they do.

        The rates are taken over all probes of the round: the callee is sick as soon as those that are still under way
        could not change it, and well only when all are back.
        """
        if probe not in self._out:
            return None
        self._out.discard(probe)
        self.back += 1
        self.failures += failed
        self.slow += slow
        policy = self._policy
        if self.failures >= policy.failure_rate * policy.probes:
            return Verdict(well=False, reason=f"{self.failures} of {self.back} probes failed")
        if self.slow >= policy.slow_rate * policy.probes:
            return Verdict(well=False, reason=f"{self.slow} of {self.back} probes were slow")
        if self.back < policy.probes:
            return None
        return Verdict(well=True, reason=f"{self.back - self.failures} of {self.back} probes were answered")
