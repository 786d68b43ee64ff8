"""Milliseconds from the commit of the business row to the commit of its effect, at a load that nobody notices."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext

import psycopg

from benchmarks.events.field import Contender, Field
from benchmarks.events.outcome import await_effects, latencies, wrong
from benchmarks.events.report import Figures, Progress

RATE = 50
"""Events a second."""
HOLD = 2.0
"""Seconds that the foreign transaction stays open each time."""


@contextmanager
def foreign_transaction(url: str) -> Iterator[None]:
    """All the while, transactions with an xid are open in the same database, for seconds each."""
    stopping = threading.Event()

    def hold() -> None:
        with psycopg.connect(url) as connection:
            while not stopping.is_set():
                connection.execute("SELECT pg_current_xact_id()")
                stopping.wait(HOLD)
                connection.commit()

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


def measure(
    field: Field, contenders: Sequence[Contender], *, events: int, rounds: int, foreign: bool, tell: Progress
) -> tuple[Figures, Figures]:
    """p50 and p99 of each contender in each round."""
    what = f"commit to effect at {RATE}/s" + (" while a foreign transaction is open" if foreign else "")
    middle = Figures(title=f"{what}, p50 (ms)", rounds=rounds)
    worst = Figures(title=f"{what}, p99 (ms)", rounds=rounds)
    for turn in range(rounds):
        for contender in (*contenders[turn % len(contenders) :], *contenders[: turn % len(contenders)]):
            with (
                field.stand(contender, publishers=1) as stand,
                foreign_transaction(stand.place.url) if foreign else nullcontext(),
            ):
                stand.publish("publish", 20)  # connections and caches warm
                await_effects(stand.place, 20)
                field.forget_effects(stand.place)
                stand.publishers[0].send("pace", 1_000, events, RATE)
                stand.publishers[0].wait()
                await_effects(stand.place, events)
                p50, p99 = latencies(stand.place)
                middle.add(contender.name, p50)
                worst.add(contender.name, p99)
                worst.note(contender.name, wrong(stand.place, events=events).text)
            tell(f"{what}, round {turn + 1}: {contender.name} p50 {p50:.1f} ms, p99 {p99:.1f} ms")
    return middle, worst
