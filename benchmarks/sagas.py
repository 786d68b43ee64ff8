"""``python -m benchmarks.sagas``: three-step sagas a second, ours against DBOS, with 1 and 4 processes.

Both on the same fresh PostgreSQL server in one run, each in a database of its own, with default durability. A saga has
three steps that only change its state: both write down its beginning, each step and its end. A round lets all processes
run their share at once; contenders take turns, and ratios are taken within a round.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count as numbers
from pathlib import Path

from benchmarks.events.child import Child
from benchmarks.events.servers import OURS, servers

AIM = 3.0
WORKERS = (1, 4)


@dataclass(slots=True, kw_only=True)
class Contender:
    """One side, with the processes that it runs sagas in, and what was measured: rates by number of workers."""

    name: str
    children: list[Child]
    rates: dict[int, list[float]] = field(default_factory=dict)
    first: Iterator[int] = field(default_factory=lambda: numbers(0, 1_000_000))

    def round(self, *, workers: int, sagas: int) -> float:
        """Sagas a second, over all workers."""
        share = sagas // workers
        began = time.monotonic()
        for child in self.children[:workers]:
            child.send("work", next(self.first), share)
        for child in self.children[:workers]:
            child.wait()
        return share * workers / (time.monotonic() - began)


@contextmanager
def contenders(*, dbos_python: str) -> Iterator[tuple[Contender, Contender]]:
    """Both, ready to run, on one server."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="sagas-"))
        made = stack.enter_context(servers(Path(folder), durable=True))

        def side(name: str, module: str, *, python: str, extra: dict[str, str]) -> Contender:
            children = []
            for _ in range(max(WORKERS)):  # one after the other: the first one makes its tables
                environment = made.environment | extra
                children.append(stack.enter_context(Child(["-m", module], environment=environment, python=python)))
                children[-1].wait("ready")
            return Contender(name=name, children=children)

        yield (
            side("ours", "benchmarks.sagas_ours", python=sys.executable, extra=OURS),
            side("DBOS", "benchmarks.sagas_dbos", python=dbos_python, extra={}),
        )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sagas", description=__doc__)
    parser.add_argument("--dbos-python", default=sys.executable, help="of an environment with dbos (default: this one)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sagas", type=int, default=600, help="a round, contender and number of workers")
    parser.add_argument("--format", choices=["text", "json"], default="text")
    options = parser.parse_args()
    with contenders(dbos_python=options.dbos_python) as sides:
        for workers in WORKERS:
            for side in sides:
                side.round(workers=workers, sagas=80)
            for _ in range(options.rounds):
                for side in sides:
                    side.rates.setdefault(workers, []).append(side.round(workers=workers, sagas=options.sagas))
    figures = [_figures(workers, *sides) for workers in WORKERS]
    if options.format == "json":
        print(json.dumps(figures))
    else:
        for each in figures:
            print("{workers} workers: ours {ours:.0f} sagas/s, DBOS {dbos:.0f}: {ratio:.1f} x".format(**each))
        print(f"aim: at least {AIM:g} x")
    return 0 if all(each["ratio"] >= AIM for each in figures) else 1


def _figures(workers: int, ours: Contender, theirs: Contender) -> dict[str, float]:
    ratios = [mine / other for mine, other in zip(ours.rates[workers], theirs.rates[workers], strict=True)]
    return {
        "workers": workers,
        "ours": statistics.median(ours.rates[workers]),
        "dbos": statistics.median(theirs.rates[workers]),
        "ratio": statistics.median(ratios),
        "lowest": min(ratios),
        "highest": max(ratios),
    }


if __name__ == "__main__":
    sys.exit(main())
