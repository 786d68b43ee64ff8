"""Fixed addresses of a module, as a balancer: the less busy of two, chosen at random. For tests and single instances.

What discovers instances and learns from their latency is ``seamline.discovery``; this has the same shape.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from typing import Protocol


class Target(Protocol):
    """An instance that was picked for one attempt."""

    url: str
    instance_id: str

    def begin(self) -> None:
        """An attempt is under way."""

    def end(self, seconds: float, ok: bool | None) -> None:
        """It is over; ``ok`` is None where that says nothing about the instance."""


class Balancer(Protocol):
    """Picks instances of one module."""

    def pick(self, exclude: Collection[str] = ()) -> Target:
        """An instance whose id is not excluded.

        :raises LookupError: there is none.
        """


class StaticTarget:
    """One address."""

    __slots__ = ("in_flight", "instance_id", "url")

    def __init__(self, url: str) -> None:
        self.url = self.instance_id = url
        self.in_flight = 0

    def begin(self) -> None:
        """One more is under way."""
        self.in_flight += 1

    def end(self, seconds: float, ok: bool | None) -> None:
        """One is over."""
        self.in_flight -= 1


class StaticBalancer:
    """Picks among fixed addresses."""

    def __init__(self, urls: Sequence[str]) -> None:
        self._targets = [StaticTarget(url) for url in urls]

    def pick(self, exclude: Collection[str] = ()) -> StaticTarget:
        """The less busy of two.

        :raises LookupError: all are excluded.
        """
        targets = self._targets
        if exclude:
            targets = [target for target in targets if target.instance_id not in exclude]
        if len(targets) > 1:
            one, other = random.sample(targets, 2)
            return one if one.in_flight <= other.in_flight else other
        if not targets:
            raise LookupError("no address is left")
        return targets[0]
