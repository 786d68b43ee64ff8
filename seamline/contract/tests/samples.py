"""A small contract for the tests of the framework: a counter that knows one error and publishes one event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NewType
from uuid import UUID

from seamline.contract import Contract, ContractError, ErrorKind, Event, Secret, command, query

Name = NewType("Name", str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    name: Name
    value: int
    price: Decimal = Decimal("0.10")
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterRaised(Event, name="counters.counter_raised", key="name"):
    name: Name
    by: int
    id: UUID


@dataclass(eq=False, kw_only=True)
class CountersError(ContractError, module="counters"):
    """Root of the counters' errors."""


@dataclass(eq=False, kw_only=True)
class UnknownCounter(CountersError, kind=ErrorKind.NOT_FOUND):
    """No counter has this name."""

    name: Name


@dataclass(eq=False, kw_only=True)
class CounterOverflow(CountersError):
    """The counter would pass its limit."""

    at: Count


class Counters(Contract, module="counters", version="1.0", events=(CounterRaised,)):
    """Counters by name."""

    @query(timeout=0.5)
    def values(self, *, names: tuple[Name, ...], at_least: int = 0) -> Mapping[Name, Count]:
        """The counters among these names.

        :raises UnknownCounter: one of them does not exist.
        """

    @command(timeout=1.0)
    def raise_by(self, *, name: Name, by: int, password: Secret = Secret("")) -> Count:
        """Raise a counter.

        :raises CounterOverflow: the sum is too large.
        """
