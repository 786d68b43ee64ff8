"""``python -m benchmarks.guarded_call``: what a local call's guard rails cost, against a bare method call and peers.

All contenders call the same method in the same run, in turn; the figure of each is the median of its rounds. Prints
nanoseconds and the ratio to the bare call.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import timeit
from collections.abc import Callable

import circuitbreaker
import pybreaker

from seamline.calls import use
from seamline.calls.binding import route_of
from seamline.calls.local import LocalBinding
from seamline.contract import Contract, query


class Adder(Contract, module="adder", version="1.0"):
    @query(timeout=1.0)
    def add(self, *, one: int, other: int) -> int:
        """The sum."""
        raise LookupError  # the implementation answers


class AdderService(Adder):
    def add(self, *, one: int, other: int) -> int:
        return one + other


def contenders() -> dict[str, Callable[[], int]]:
    """What is measured, by name; each is called without arguments."""
    service = AdderService()
    route_of(Adder).binding = LocalBinding(service)
    breaker = pybreaker.CircuitBreaker()
    peer = circuitbreaker.CircuitBreaker()(service.add)
    return {
        "bare method call": lambda: service.add(one=1, other=2),
        "seamline use(Adder).add": lambda: use(Adder).add(one=1, other=2),
        "circuitbreaker": lambda: peer(one=1, other=2),
        "pybreaker": lambda: breaker.call(service.add, one=1, other=2),
    }


def measure(*, rounds: int, calls: int) -> dict[str, float]:
    """Median nanoseconds of a call, by contender."""
    functions = contenders()
    times: dict[str, list[float]] = {name: [] for name in functions}
    for _ in range(rounds):
        for name, function in functions.items():
            times[name].append(timeit.timeit(function, number=calls) / calls * 1e9)
    return {name: statistics.median(values) for name, values in times.items()}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.guarded_call", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--calls", type=int, default=50_000, help="calls a round and contender")
    parser.add_argument("--format", choices=["text", "json"], default="text")
    options = parser.parse_args()
    figures = measure(rounds=options.rounds, calls=options.calls)
    bare = figures["bare method call"]
    if options.format == "json":
        print(json.dumps({name: {"ns": round(ns, 1), "ratio": round(ns / bare, 2)} for name, ns in figures.items()}))
    else:
        for name, ns in figures.items():
            print(f"{name:28} {ns:9.0f} ns  {ns / bare:7.1f} x bare")
        print(f"guard rails alone: {figures['seamline use(Adder).add'] - bare:.0f} ns (aim: below 3000)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
