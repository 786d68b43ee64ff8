"""Events a second from the publishing transaction to the committed effect, and of a backlog alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.events.field import PUBLISHERS, Contender, Field
from benchmarks.events.outcome import await_effects, rate, wrong
from benchmarks.events.report import Figures, Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One way to load the contenders."""

    title: str
    together: int
    """Events in one transaction of a publisher."""
    backlog: bool = False
    """Everything is published before the first effect; the time runs from there."""


WORKS = (
    Work(title="end to end, 1 event a transaction", together=1),
    Work(title="end to end, 10 events a transaction", together=10),
    Work(title="backlog alone", together=10, backlog=True),
)


def measure(
    field: Field, contenders: Sequence[Contender], work: Work, *, events: int, rounds: int, tell: Progress
) -> tuple[Figures, Figures]:
    """Events a second of each contender in each round, and the processor time of an event."""
    figures = Figures(title=f"{work.title} (events/s)", rounds=rounds)
    costs = Figures(title=f"{work.title}, processor time (us/event)", rounds=rounds)
    each = events // PUBLISHERS // work.together * work.together
    for turn in range(rounds):
        # Who comes first changes, so that nobody always runs on the machine as the same other left it.
        for contender in (*contenders[turn % len(contenders) :], *contenders[: turn % len(contenders)]):
            if work.backlog and not contender.backlog:
                continue
            with field.stand(contender, working=not work.backlog) as stand:
                used = stand.processor_seconds()
                stand.publish("publish", each, work.together)
                if work.backlog:
                    stand.start_workers()
                await_effects(stand.place, each * PUBLISHERS)
                if not work.backlog:
                    costs.add(contender.name, 1e6 * (stand.processor_seconds() - used) / each / PUBLISHERS)
                figures.add(contender.name, rate(stand.place, since_publishing=not work.backlog))
                figures.note(contender.name, wrong(stand.place, events=each * PUBLISHERS).text)
            tell(f"{work.title}, round {turn + 1}: {contender.name} {figures.last(contender.name):.0f}/s")
    return figures, costs
