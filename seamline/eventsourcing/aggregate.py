"""What a module says about an aggregate, as data: its events, how they fold into a state, and what in them is personal.

States are plain frozen dataclasses, and ``evolve`` is a pure function of the module's domain. This file may not know a
database.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Generic, TypeVar

from seamline.contract import Event
from seamline.contract.event import module_of
from seamline.modules.source import source_digest, source_of

State = TypeVar("State")
NOTHING = b""
"""What stands before the first event of a stream."""
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Personal:
    """Which fields of an event say something about a person: texts, kept encrypted under a key of that person."""

    subject: str
    """The field that names the person. It is not encrypted itself."""
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class AggregateType(Generic[State]):
    """One kind of aggregate: each is a stream of events in its module's log, and nothing else.

    >>> WALLET = AggregateType(
    ...     module="payments",
    ...     name="wallet",
    ...     events=(WalletOpened, WalletCredited, WalletDebited),
    ...     state=Wallet,
    ...     initial=Wallet,
    ...     evolve=evolve,
    ... )

    ``initial()`` is the state before the first event; ``evolve(state, event)`` the state after an event, without
    asking whether it was allowed.
    """

    module: str
    name: str
    events: tuple[type[Event], ...]
    state: type[State]
    initial: Callable[[], State]
    evolve: Callable[[State, Any], State]
    snapshot_every: int = 200
    """Events of a stream after which its state is kept, so that reading it begins there; 0 keeps none."""
    permission: str = ""
    """Django's permission that operators need to read it back over HTTP; without one only those who may do all can."""
    hidden: tuple[str, ...] = ()
    """Names of fields whose values are shown to nobody, at any depth: tokens, references that can be used."""
    code: tuple[str, ...] = ()
    """Further Python modules that decide about the state; those of ``evolve`` and ``state`` are always among them."""
    personal: Mapping[type[Event], Personal] = field(default_factory=dict)

    def __post_init__(self) -> None:
        strangers = [event.event_name for event in self.events if module_of(event) != self.module]
        if strangers or not self.events:
            raise ValueError(
                f"The aggregate {self.module}.{self.name} needs events of its own module; it has "
                f"{', '.join(strangers) or 'none'}."
            )
        if ":" in self.name or not self.name:
            raise ValueError(f"The aggregate's name {self.name!r} begins its streams: give a word without a colon.")

    @property
    def full_name(self) -> str:
        """``module.name``."""
        return f"{self.module}.{self.name}"

    def stream(self, id: object) -> str:
        """The name of one aggregate's stream."""
        return f"{self.name}:{id}"

    def id_of(self, stream: str) -> str:
        """The aggregate's id in the name of its stream."""
        return stream.removeprefix(f"{self.name}:")

    def may_hold(self, event: Event) -> bool:
        """Whether the event belongs into its streams."""
        return type(event) in self._kinds

    @cached_property
    def _kinds(self) -> frozenset[type[Event]]:
        return frozenset(self.events)

    @cached_property
    def fingerprint(self) -> str:
        """A digest of the code that makes the state: snapshots of any other code are not used.

        :raises LookupError: the source of a module cannot be found.
        """
        parts = [f"{event.event_name} {event.schema_version}" for event in self.events]
        for name in sorted({self.evolve.__module__, self.state.__module__, *self.code}):
            parts += [name, source_digest(source_of(name))]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate(Generic[State]):
    """One aggregate as it was read: its state, and how many events made it. Made by a repository."""

    id: str
    state: State
    version: int = 0
    """Events so far; 0 where there is none yet."""
    hash: bytes = NOTHING
    """Of the last event: the next is chained to it."""
    at: datetime = NEVER
    """When the last event happened."""

    @property
    def exists(self) -> bool:
        """Whether anything ever happened to it."""
        return self.version > 0


class UnknownAggregate(LookupError):
    """Nothing ever happened to an aggregate of this id, or not by then."""


class ConcurrentAppend(Exception):
    """Somebody else has added to the stream since it was read: read it again, and decide again."""
