"""A contract with the behaviours that the guard rails of calls are about, and its implementation."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping

from seamline.calls import current_call, remaining_seconds, stepwise, stepwise_until
from seamline.contract import Contract, Secret, command, query
from seamline.contract.tests.samples import Count, CounterOverflow, Name

MODULE = "catalog"  # any hosted module lends its schema; the sample writes to its idempotency keys alone


class Lent(Contract, module=MODULE, version="1.0"):
    """A contract with the behaviours that the guard rails are about."""

    @query(timeout=0.5)
    def echo(self, *, names: tuple[Name, ...]) -> Mapping[Name, Count]:
        """The names, counted.

        :raises CounterOverflow: a name is 'overflow'.
        """

    @query(timeout=0.5)
    def remaining(self) -> float:
        """Seconds that are left."""

    @query(timeout=0.5)
    def whoami(self) -> tuple[str, str, str]:
        """Actor, correlation id and span, as they arrived."""

    @query(timeout=0.4)
    def doze(self, *, seconds: float) -> float:
        """Sleep that long."""

    @command(timeout=1.0)
    def raise_by(self, *, name: Name, by: int = 1, password: Secret = Secret("")) -> Count:
        """Count calls.

        :raises CounterOverflow: ``by`` is above 100.
        """

    @command(timeout=1.0)
    def crawl(self, *, name: Name) -> Count:
        """Stepwise."""

    @command(timeout=1.0)
    def wait(self, *, name: Name) -> Count:
        """Stepwise, and may answer before it has ended."""


class LentService(Lent):
    def __init__(self) -> None:
        self.effects: list[str] = []
        self.entered = threading.Event()

    def echo(self, *, names: tuple[Name, ...]) -> Mapping[Name, Count]:
        if "overflow" in names:
            raise CounterOverflow(at=Count(name=Name("overflow"), value=1))
        if "broken" in names:
            raise RuntimeError("a defect")
        return {name: Count(name=name, value=1) for name in names}

    def remaining(self) -> float:
        return remaining_seconds()

    def whoami(self) -> tuple[str, str, str]:
        origin = current_call().origin
        return origin.actor, origin.correlation_id, origin.traceparent

    def doze(self, *, seconds: float) -> float:
        time.sleep(seconds)
        return seconds

    def raise_by(self, *, name: Name, by: int = 1, password: Secret = Secret("")) -> Count:
        if by > 100:
            raise CounterOverflow(at=Count(name=name, value=by))
        self.entered.set()
        self.effects.append(current_call().idempotency_key)
        return Count(name=name, value=len(self.effects))

    @stepwise
    def crawl(self, *, name: Name) -> Count:
        self.effects.append(current_call().idempotency_key)
        if len(self.effects) == 1 and name == "dies first":
            raise RuntimeError("died in between")
        return Count(name=name, value=len(self.effects))

    @stepwise_until(lambda count: count.value >= 2)
    def wait(self, *, name: Name) -> Count:
        self.effects.append(current_call().idempotency_key)
        return Count(name=name, value=len(self.effects))
