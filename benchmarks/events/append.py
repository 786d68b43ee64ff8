"""What publishing adds to the business transaction: rows with an event against rows alone, in the same processes."""

from __future__ import annotations

import time
from collections.abc import Sequence

from benchmarks.events.field import Contender, Field
from benchmarks.events.report import Figures, Progress
from benchmarks.events.tables import NUMBERS

WRITERS = (1, 4)


def measure(
    field: Field, contenders: Sequence[Contender], *, events: int, rounds: int, tell: Progress
) -> list[Figures]:
    """Transactions a second with and without the event; short slices in turn, so that both see the same machine."""
    results = []
    for writers in WRITERS:
        figures = Figures(
            title=f"append, {writers} writer{'s' if writers > 1 else ''} (transactions/s)",
            rounds=rounds,
        )
        for contender in contenders:
            with field.stand(contender, publishers=writers, working=False) as stand:
                first = {index: index * NUMBERS for index in range(writers)}
                for turn in range(-1, rounds):
                    for command in ("bare", "publish") if turn % 2 else ("publish", "bare"):
                        started = time.perf_counter()
                        for index, child in enumerate(stand.publishers):
                            child.send(command, first[index], events // writers)
                            first[index] += events // writers
                        for child in stand.publishers:
                            child.wait()
                        if turn >= 0:  # the first is for warming up
                            name = f"{contender.name}: {'row alone' if command == 'bare' else 'row + event'}"
                            figures.add(name, events // writers * writers / (time.perf_counter() - started))
            tell(f"{figures.title}: {contender.name} {figures.against(contender.name):.2f} x")
        results.append(figures)
    return results
