"""``python -m benchmarks.events.soak``: a million events through one subscription, while memory and lag are watched.

Two processes publish, others deliver. Each second notes the memory of all processes, how far delivery is behind, and
what updating the checkpoint has left behind in its table. At the end every effect is counted and its order checked.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.events.field import CONTENDERS, PUBLISHERS, Field, Stand
from benchmarks.events.outcome import await_effects, wrong
from benchmarks.events.servers import LEDGER, SHOP, Servers, servers
from benchmarks.events.tables import NUMBERS
from benchmarks.events.usage import megabytes

EPILOG = """
examples:
  python -m benchmarks.events.soak --events 20000                  half a minute
  python -m benchmarks.events.soak --events 1000000 --durable      with fsync
  python -m benchmarks.events.soak --events 300000 --bus celery    over Celery and Valkey

exit codes: 0 nothing grew and nothing was lost, doubled or out of order; 1 it did; 2 wrong usage
"""
EVERY = 1.0
"""Seconds between two looks."""
WARM = 0.05
"""The first part of the run, in which processes come to their size; it is left out of the first tenth."""
MEMORY_SLACK = 24.0
"""Megabytes that a process may be larger at the end: pools, caches and the allocator breathe."""
LAG_SLACK = 20_000
"""Events that delivery may be further behind at the end."""
CHECKPOINT_LIMIT = 1024.0
"""Kilobytes of the table of checkpoints at the end, one row and its dead versions."""

_LOOK = f"""
SELECT (SELECT coalesce(max(position), 0) FROM {SHOP}.event_log),
    (SELECT coalesce(min(position), 0) FROM {LEDGER}.checkpoint),
    coalesce((SELECT n_dead_tup FROM pg_stat_user_tables WHERE relid = '{LEDGER}.checkpoint'::regclass), 0),
    pg_total_relation_size('{LEDGER}.checkpoint') / 1024.0
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look: megabytes of the publishers and of those that deliver, events behind, the checkpoint's table."""

    seconds: float
    published: int
    delivered: int
    publishers_mb: float
    workers_mb: float
    lag: int
    dead_rows: int
    checkpoint_kb: float


class Watcher(threading.Thread):
    """Looks until stopped."""

    def __init__(self, stand: Stand) -> None:
        super().__init__(name="soak watcher", daemon=True)
        self.looks: list[Look] = []
        self._stand = stand
        self._stopping = threading.Event()
        self._since = time.monotonic()

    def run(self) -> None:
        with psycopg.connect(self._stand.place.url, autocommit=True) as connection:
            while not self._stopping.wait(EVERY):
                row = connection.execute(_LOOK).fetchone()  # type: ignore[arg-type]
                assert row is not None
                self.looks.append(
                    Look(
                        seconds=round(time.monotonic() - self._since, 1),
                        published=row[0],
                        delivered=row[1],
                        publishers_mb=megabytes(child.pid for child in self._stand.publishers),
                        workers_mb=megabytes(child.pid for child in self._stand.workers),
                        lag=row[0] - row[1],
                        dead_rows=row[2],
                        checkpoint_kb=round(float(row[3]), 1),
                    )
                )

    def stop(self) -> None:
        self._stopping.set()
        self.join()


@contextmanager
def watched(stand: Stand) -> Iterator[Watcher]:
    """Look while the block runs."""
    watcher = Watcher(stand)
    watcher.start()
    try:
        yield watcher
    finally:
        watcher.stop()


def run(running: Servers, *, events: int, together: int, bus: str, chunk: int) -> dict[str, Any]:
    """Publish and deliver so many events."""
    name = "ours, another process" if bus == "thread" else "ours over Celery, batch"
    contender = next(each for each in CONTENDERS if each.name == name)
    each = events // PUBLISHERS // together * together
    field = Field(running, modupy_python=sys.executable)
    with field.stand(contender) as stand:
        started = time.monotonic()
        with watched(stand) as watcher:
            for done in range(0, each, chunk):
                for index, child in enumerate(stand.publishers):
                    child.send("publish", index * NUMBERS + done, min(chunk, each - done), together)
                for child in stand.publishers:
                    child.wait()
                if watcher.looks:
                    look = watcher.looks[-1]
                    print(
                        f"{look.seconds:6.0f} s  {look.published:8} published  lag {look.lag:6}  publishers "
                        f"{look.publishers_mb:5.0f} MB  delivering {look.workers_mb:5.0f} MB  checkpoint "
                        f"{look.checkpoint_kb:4.0f} kB, {look.dead_rows} dead rows",
                        file=sys.stderr,
                        flush=True,
                    )
            await_effects(stand.place, each * PUBLISHERS, every=0.5)
        elapsed = time.monotonic() - started
        outcome = wrong(stand.place, events=each * PUBLISHERS)
    tenths = _tenths(watcher.looks)
    return {
        "events": each * PUBLISHERS,
        "bus": bus,
        "seconds": round(elapsed, 1),
        "per_second": round(each * PUBLISHERS / elapsed),
        **tenths,
        "wrong": outcome.text,
        "faults": _faults(tenths, outcome.text),
        "looks": [asdict(look) for look in watcher.looks],
    }


def _tenths(looks: Sequence[Look]) -> dict[str, dict[str, float]]:
    """The medians of the first tenth, once warm, and of the last tenth in which events were still published."""
    end = max((look.published for look in looks), default=0)
    running = [look for look in looks if WARM * end < look.published < end]
    size = max(1, len(running) // 10)
    names = ("publishers_mb", "workers_mb", "lag", "dead_rows", "checkpoint_kb")
    return {
        title: {name: round(statistics.median(getattr(look, name) for look in some), 1) for name in names}
        for title, some in (("first", running[:size]), ("last", running[-size:]))
        if some
    }


def _faults(tenths: dict[str, dict[str, float]], lost: str) -> list[str]:
    faults = [f"effects are wrong: {lost}"] if lost else []
    if "last" not in tenths:
        return [*faults, "the run was too short to tell whether anything grows: give more --events"]
    first, last = tenths["first"], tenths["last"]
    for name, what in (("publishers_mb", "publishers"), ("workers_mb", "delivering processes")):
        if last[name] > first[name] + MEMORY_SLACK:
            faults.append(f"the memory of the {what} grew from {first[name]} to {last[name]} MB")
    if last["lag"] > first["lag"] + LAG_SLACK:
        faults.append(f"the lag grew from {first['lag']:.0f} to {last['lag']:.0f} events")
    if last["checkpoint_kb"] > CHECKPOINT_LIMIT:
        faults.append(f"the table of checkpoints grew to {last['checkpoint_kb']} kB")
    return faults


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.events.soak",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--events", type=int, default=1_000_000, help="in all (default: %(default)s)")
    parser.add_argument("--together", type=int, default=20, help="in one transaction (default: %(default)s)")
    parser.add_argument("--chunk", type=int, default=10_000, help="a publisher and line of progress")
    parser.add_argument("--bus", choices=["thread", "celery"], default="thread")
    parser.add_argument("--durable", action="store_true", help="with fsync")
    parser.add_argument("--format", choices=["text", "json"], default="text")
    options = parser.parse_args()
    if options.events < 1000 or not 1 <= options.together <= 500:
        parser.error("--events takes 1000 or more, --together 1 to 500")
    with (
        tempfile.TemporaryDirectory(prefix="seamline-soak-") as folder,
        servers(Path(folder), durable=options.durable) as running,
    ):
        result = run(
            running,
            events=options.events,
            together=options.together,
            bus=options.bus,
            chunk=options.chunk // options.together * options.together or options.together,
        )
        result["fsync"] = running.fsync
    if options.format == "json":
        print(json.dumps(result))
    else:
        print(
            f"{result['events']} events in {result['seconds']} s over {result['bus']}, fsync {result['fsync']}; "
            f"effects: {result['wrong'] or 'each exactly once, in order by key'}"
        )
        for title in ("first", "last"):
            if title in result:
                print(f"{title} tenth: " + ", ".join(f"{name} {value}" for name, value in result[title].items()))
        print("\n".join(f"FAULT: {fault}" for fault in result["faults"]) or "Nothing grew.")
    return 1 if result["faults"] else 0


if __name__ == "__main__":
    sys.exit(main())
