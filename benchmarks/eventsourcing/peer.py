"""The library ``eventsourcing`` with its own PostgreSQL recorder. A process of its own, in its own environment."""

from __future__ import annotations

import os
from urllib.parse import urlsplit
from uuid import NAMESPACE_OID, UUID, uuid5

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

from benchmarks.events.child import serve
from benchmarks.events.tables import NOTE

_URL = urlsplit(os.environ["BENCH_URL"])


class Sum(Aggregate):
    """What the events add up to."""

    def __init__(self, id: UUID) -> None:
        self._id = id
        self.total = 0
        self.events = 0

    @staticmethod
    def create_id(id: UUID) -> UUID:
        return id

    @event("Counted")
    def count(self, item: str, number: int, note: str) -> None:
        self.total += number
        self.events += 1


class Counting(Application[UUID]):
    """Keeps them."""

    is_snapshotting_enabled = True


app = Counting(
    env={
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": _URL.path.lstrip("/"),
        "POSTGRES_HOST": str(_URL.hostname),
        "POSTGRES_PORT": str(_URL.port),
        "POSTGRES_USER": str(_URL.username),
        "POSTGRES_PASSWORD": str(_URL.password),
    }
)


def append(first: int, saves: int, events: int, life: int) -> None:
    """So many saves of so many events each; an aggregate lives for some saves."""
    for save in range(saves):
        made = events
        if save % life == 0:
            aggregate = Sum(id=uuid5(NAMESPACE_OID, f"{first + save}"))
            made -= 1  # its creation is an event
        for number in range(made):
            aggregate.count(item=str(first), number=number, note=NOTE)
        app.save(aggregate)


def fill(events: int) -> None:
    """An aggregate of so many events, and one with a snapshot."""
    for name in ("plain", "kept"):
        aggregate = Sum(id=_id(name, events))
        for number in range(events):
            aggregate.count(item=name, number=number, note=NOTE)
            if number % 500 == 499:
                app.save(aggregate)
        app.save(aggregate)
    app.take_snapshot(_id("kept", events))


def rebuild(events: int, times: int) -> None:
    """Read it from its events."""
    _read("plain", events, times)


def rebuild_kept(events: int, times: int) -> None:
    """Read it from its snapshot."""
    _read("kept", events, times)


def _read(name: str, events: int, times: int) -> None:
    for _ in range(times):
        found: Sum = app.repository.get(_id(name, events))
        if (found.total, found.events) != (sum(range(events)), events):
            raise SystemExit(f"The aggregate is wrong: {found}")


def _id(name: str, events: int) -> UUID:
    return uuid5(NAMESPACE_OID, f"{name}-{events}")


serve(append=append, fill=fill, rebuild=rebuild, rebuild_kept=rebuild_kept)
