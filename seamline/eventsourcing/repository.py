"""The one way to aggregates: read them, decide, save what happened. Of two who decide at once, one decides again.

This file may not know what an aggregate is about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Generic

from seamline.contract import Event
from seamline.contract.codec import encode
from seamline.data import atomic, connection_for
from seamline.eventsourcing.aggregate import Aggregate, AggregateType, ConcurrentAppend, State, UnknownAggregate
from seamline.eventsourcing.appending import Link, append
from seamline.eventsourcing.history import Recorded, histories
from seamline.eventsourcing.limits import limits
from seamline.eventsourcing.loading import load, load_many

MOST_TRIES = 8
_KEEP = """
INSERT INTO snapshot (stream, version, code, state, hash) VALUES (%s, %s, %s, %s::jsonb, %s)
ON CONFLICT (stream) DO UPDATE SET version = excluded.version, code = excluded.code, state = excluded.state,
    hash = excluded.hash, taken_at = clock_timestamp()
WHERE snapshot.version < excluded.version OR snapshot.code <> excluded.code
"""


class Repository(Generic[State]):
    """Aggregates of one type."""

    def __init__(self, type_: AggregateType[State]) -> None:
        self.type = type_

    def get(self, id: object, *, as_of: datetime | int | None = None) -> Aggregate[State]:
        """The aggregate as it is, as it was at a time, or after so many events.

        :param as_of: an aware time, whose own events count; or a version.
        :raises UnknownAggregate: nothing had happened to it.
        :raises ValueError: the time is naive, or the version below 1.
        """
        found = self.find(id, as_of=as_of)
        if not found.exists:
            then = "" if as_of is None else f" as of {as_of}"
            raise UnknownAggregate(f"There is no {self.type.full_name} {id}{then}.")
        return found

    def find(self, id: object, *, as_of: datetime | int | None = None) -> Aggregate[State]:
        """The same; in its initial state and of version 0 where nothing had happened."""
        version, at = limits(as_of)
        return load(self.type, str(id), version=version, at=at)

    def find_many(self, ids: Iterable[object]) -> Mapping[str, Aggregate[State]]:
        """Those of the aggregates that exist, by id, in one statement."""
        return load_many(self.type, [str(id) for id in ids])

    def histories(self, ids: Iterable[object]) -> Mapping[str, list[Recorded]]:
        """What happened to those of the aggregates that exist, by id, in one statement."""
        return histories(self.type, [str(id) for id in ids])

    def new(self, id: object) -> Aggregate[State]:
        """One of which the caller takes it that nothing has happened yet; saving it finds out."""
        return Aggregate(id=str(id), state=self.type.initial())

    def save(self, aggregate: Aggregate[State], *events: Event) -> Aggregate[State]:
        """Append what happened, in the module's open transaction; answers the aggregate after it.

        :raises ConcurrentAppend: somebody else was faster; the transaction is lost.
        """
        return self.save_all([(aggregate, events)])[0]

    def save_all(self, changes: Sequence[tuple[Aggregate[State], Sequence[Event]]]) -> list[Aggregate[State]]:
        """The same for several aggregates, in one statement.

        :raises ConcurrentAppend: somebody else was faster with one of them; the transaction is lost.
        """
        ends = append(self.type, [(self._end(aggregate), events) for aggregate, events in changes])
        saved = [
            replace(
                aggregate, state=self._after(aggregate.state, events), version=end.version, hash=end.hash, at=end.at
            )
            for (aggregate, events), end in zip(changes, ends, strict=True)
        ]
        for (before, _), after in zip(changes, saved, strict=True):
            self._keep(before, after)
        return saved

    def change(self, id: object, decide: Callable[[State], Iterable[Event]]) -> Aggregate[State]:
        """Read, decide, save, in a transaction; when somebody else was faster, all of it again.

        :param decide: the events that follow from a state; it raises to refuse, and has no effects of its own.
        :raises ConcurrentAppend: others were faster eight times.
        """
        for attempt in range(1, MOST_TRIES + 1):
            try:
                with atomic(self.type.module):
                    found = self.find(id)
                    events = tuple(decide(found.state))
                    return self.save(found, *events) if events else found
            except ConcurrentAppend:
                if attempt == MOST_TRIES:
                    raise
        raise AssertionError("unreachable")

    def _after(self, state: State, events: Sequence[Event]) -> State:
        for event in events:
            state = self.type.evolve(state, event)
        return state

    def _end(self, aggregate: Aggregate[State]) -> Link:
        return Link(
            stream=self.type.stream(aggregate.id), version=aggregate.version, hash=aggregate.hash, at=aggregate.at
        )

    def _keep(self, before: Aggregate[State], after: Aggregate[State]) -> None:
        every = self.type.snapshot_every
        if not every or before.version // every == after.version // every:
            return
        state: Any = encode(after.state).decode()
        with connection_for(self.type.module).cursor() as cursor:
            cursor.execute(_KEEP, [self.type.stream(after.id), after.version, self.type.fingerprint, state, after.hash])
