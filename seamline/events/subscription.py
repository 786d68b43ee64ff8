"""What a module says about the events it listens to, and what its handlers receive.

Plain values, read by manifests, checks and the delivery. This file may not know how events are stored or delivered.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Generic, Literal, TypeVar
from uuid import UUID

from seamline.contract import Event
from seamline.contract.event import module_of
from seamline.events.partition import MOST_PARTITIONS

LONGEST_DELAY = 300.0
"""Seconds between two attempts at most."""


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """A durable interest of one module in events of others, or its own.

    >>> Subscription(
    ...     name="inventory.release_on_cancel",
    ...     events=(OrderCancelled,),
    ...     handler="modules.inventory.handlers:release_on_cancel",
    ... )

    The handler runs inside ``atomic(<this module>)``, in the same commit as the checkpoint: its rows are written
    exactly once. It may run more than once before that commit, so it has no other effects. It may publish; it may not
    call other modules. Its signature is ``handler(event, delivery)``; with ``batch`` it is ``handler(deliveries)``, a
    sequence in the order of the log, all of one publisher and all in one commit.
    """

    name: str
    """``<module>.<what it does>``; stable, because its checkpoint carries it."""
    events: tuple[type[Event], ...]
    handler: str
    """Path of the handler, ``package.file:function``."""
    batch: int | None = None
    """Deliveries in one call at most; None calls the handler for each event."""
    start: Literal["beginning", "now"] | datetime = "beginning"
    """Where a new subscription begins to read; a time takes in what was published from then on. An existing one goes
    on from its checkpoint."""
    partitions: int = 1
    """Into how many shares the keys are divided; so many workers deliver at once. Order is kept within a key. When it
    is changed, the old shares run up to one position and are exchanged there."""
    max_attempts: int = 8
    """Failed attempts after which the event is parked until an operator redrives or discards it."""
    backoff: float = 0.5
    """Seconds before the second attempt; doubles with each, up to five minutes."""
    timeout: float = 10.0
    """Seconds that one call of the handler may take; then it is cut off, and the attempt has failed."""
    lane: str = ""
    """Subscriptions of a module that name the same lane share a thread, where threads deliver; they wait for each
    other."""

    def __post_init__(self) -> None:
        if not self.name.partition(".")[2]:
            raise ValueError(f'The subscription {self.name!r} needs a name like "<module>.<what it does>".')
        if not self.events:
            raise ValueError(f"The subscription {self.name!r} lists no events; give at least one event class.")
        for field in ("max_attempts", "backoff", "timeout", "batch"):
            value = getattr(self, field)
            if value is not None and value <= 0:
                raise ValueError(f"The subscription {self.name!r} has {field}={value!r}; give a number above zero.")
        if not 1 <= self.partitions <= MOST_PARTITIONS:
            raise ValueError(
                f"The subscription {self.name!r} has partitions={self.partitions}; give 1 to {MOST_PARTITIONS}."
            )
        if isinstance(self.start, datetime) and self.start.utcoffset() is None:
            raise ValueError(
                f"The subscription {self.name!r} starts at {self.start}, which has no time zone; give one, such as "
                "datetime(2026, 1, 31, tzinfo=UTC)."
            )

    @cached_property
    def publishers(self) -> tuple[str, ...]:
        """The modules whose logs it reads, in the order of their first event."""
        return tuple(dict.fromkeys(module_of(event) for event in self.events))

    def names_of(self, publisher: str) -> tuple[str, ...]:
        """The names of the publisher's events that it wants."""
        return tuple(event.event_name for event in self.events if module_of(event) == publisher)

    def function(self) -> Callable[..., None]:
        """The handler itself; asked for once by each thread that delivers.

        :raises ImportError: its path leads nowhere.
        """
        from seamline.modules.manifest import imported

        found: Callable[..., None] = imported(self.handler)
        return found

    def delay_after(self, attempts: int) -> float:
        """Seconds to wait after so many failed attempts: exponential, with a fifth of jitter either way."""
        return min(self.backoff * 2.0 ** min(attempts - 1, 20), LONGEST_DELAY) * random.uniform(0.8, 1.2)  # noqa: S311


E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery(Generic[E]):
    """One event on its way to one handler.

    ``position`` is its place in the publisher's log; ``attempt`` is 1 at first. ``meta`` holds what the publisher knew:
    ``actor``, ``correlation``, and ``causation`` (the event or the operation that led to it), each absent if unknown.
    """

    event: E
    event_id: UUID
    publisher: str
    position: int
    at: datetime
    meta: dict[str, Any]
    attempt: int
    replayed: bool = False
    """An operator has it handled again."""
