"""Ours: aggregates of the benchmark's shop, saved and read by a repository. A process of its own."""

from __future__ import annotations

import django

django.setup()

from dataclasses import dataclass  # noqa: E402

from benchmarks.events.apps import SHOP  # noqa: E402
from benchmarks.events.child import serve  # noqa: E402
from benchmarks.events.tables import NOTE  # noqa: E402
from seamline.contract import Event  # noqa: E402
from seamline.data import atomic  # noqa: E402
from seamline.eventsourcing import AggregateType, Repository  # noqa: E402


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted(Event, name="bench_shop.counted", key="item"):
    item: str
    number: int
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """What the events add up to."""

    total: int = 0
    events: int = 0


def evolve(state: Sum, event: Counted) -> Sum:
    return Sum(total=state.total + event.number, events=state.events + 1)


def _repository(name: str, *, snapshot_every: int) -> Repository[Sum]:
    return Repository(
        AggregateType(
            module=SHOP,
            name=name,
            events=(Counted,),
            state=Sum,
            initial=Sum,
            evolve=evolve,
            snapshot_every=snapshot_every,
        )
    )


PLAIN, KEPT = _repository("plain", snapshot_every=0), _repository("kept", snapshot_every=500)


def append(first: int, saves: int, events: int, life: int) -> None:
    """So many saves of so many events each; an aggregate lives for some saves."""
    for save in range(saves):
        if save % life == 0:
            aggregate = PLAIN.new(f"{first + save}")
        made = [Counted(item=aggregate.id, number=number, note=NOTE) for number in range(events)]
        with atomic(SHOP):
            aggregate = PLAIN.save(aggregate, *made)


def fill(events: int) -> None:
    """Two aggregates of so many events, one with a snapshot."""
    for repository in (PLAIN, KEPT):
        aggregate = repository.new(f"filled-{events}")
        for start in range(0, events, 500):
            made = [Counted(item=aggregate.id, number=number, note=NOTE) for number in range(start, start + 500)]
            with atomic(SHOP):
                aggregate = repository.save(aggregate, *made)


def rebuild(events: int, times: int) -> None:
    """Read it from its events."""
    _read(PLAIN, events, times)


def rebuild_kept(events: int, times: int) -> None:
    """Read it from its snapshot."""
    _read(KEPT, events, times)


def _read(repository: Repository[Sum], events: int, times: int) -> None:
    for _ in range(times):
        found = repository.get(f"filled-{events}").state
        if found != Sum(total=sum(range(events)), events=events):
            raise SystemExit(f"The aggregate is wrong: {found}")


serve(append=append, fill=fill, rebuild=rebuild, rebuild_kept=rebuild_kept)
