"""``python -m benchmarks.resilience``: what a protected call costs behind our breaker and behind its peers.

All contenders wrap the same function in the same run and take turns; a figure is the median of its rounds, and the
ratio is to the bare call of the same run. Closed and open, with one thread and with four, and how many of a crowd each
lets through at once when it is half-open.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import threading
import time
import timeit
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from benchmarks.breakers import PEERS, SEAMLINE, SEAMLINE_TIME, SECONDS_OPEN, Contender, breaker

BARE = "bare call"
SPLIT = "seamline, split form"
FOREVER = 3600.0
SPLIT_STATEMENT = "permit = acquire(); started = clock(); function(); success(permit, clock() - started)"
OPEN_STATEMENT = "try:\n    function()\nexcept refusal:\n    pass"
EXAMPLES = """examples:
  python -m benchmarks.resilience                        everything, about a minute
  python -m benchmarks.resilience --rounds 5 --calls 5000  a first look
  python -m benchmarks.resilience --format json          for a program; progress goes to stderr

Exit status: 0 every aim is met, 1 one is missed, 2 wrong usage.
"""


def answer() -> None:
    """What is protected."""


def refuse() -> None:
    """What is protected, raising without any breaker: what a raise and a catch cost by themselves."""
    raise ConnectionError


def closed() -> dict[str, tuple[timeit.Timer, str]]:
    """Calls that are answered, by contender, and what each judges by."""
    ours = breaker(FOREVER)
    split = {"acquire": ours.acquire, "success": ours.success, "clock": time.monotonic, "function": answer}
    return {
        BARE: (timeit.Timer("function()", globals={"function": answer}), ""),
        SPLIT: (timeit.Timer(SPLIT_STATEMENT, globals=split), SEAMLINE.rates),
        **{
            each.name: (timeit.Timer("function()", globals={"function": each.protect(answer, FOREVER)}), each.rates)
            for each in (SEAMLINE, SEAMLINE_TIME, *PEERS)
        },
    }


def opened() -> dict[str, tuple[timeit.Timer, str]]:
    """Calls that are refused, by contender: raise and catch included."""
    timers = {
        BARE: (timeit.Timer(OPEN_STATEMENT, globals={"function": refuse, "refusal": ConnectionError}), "raise, catch")
    }
    for each in (SEAMLINE, *PEERS):
        protected = each.protect(refuse, FOREVER)
        open_it(each, protected)
        timers[each.name] = (
            timeit.Timer(OPEN_STATEMENT, globals={"function": protected, "refusal": each.refusal}),
            each.rates,
        )
    return timers


def open_it(contender: Contender, protected: Callable[[], object]) -> None:
    """Let the protected function fail until the breaker refuses.

    :raises RuntimeError: it never does.
    """
    for _ in range(50):
        try:
            protected()
        except contender.refusal:
            return
        except ConnectionError:
            continue
    raise RuntimeError(f"{contender.name} is not open after 50 failures: look at its settings in benchmarks/breakers.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Nanoseconds of one call, and its ratio to the bare one."""

    nanoseconds: float
    ratio: float
    judges_by: str

    def as_json(self) -> dict[str, Any]:
        return {"ns": round(self.nanoseconds, 1), "x_bare": round(self.ratio, 2), "judges_by": self.judges_by}


def measure(timers: dict[str, tuple[timeit.Timer, str]], *, rounds: int, calls: int, threads: int) -> dict[str, Figure]:
    """Medians over rounds in which all take turns; wall time divided by the calls of all threads."""
    times: dict[str, list[float]] = {name: [] for name in timers}
    with ThreadPoolExecutor(threads) as pool:
        for _ in range(rounds):
            for name, (timer, _judges_by) in timers.items():
                times[name].append(_seconds(timer, pool=pool, threads=threads, calls=calls) / calls * 1e9)
    medians = {name: statistics.median(values) for name, values in times.items()}
    return {
        name: Figure(nanoseconds=median, ratio=median / medians[BARE], judges_by=timers[name][1])
        for name, median in medians.items()
    }


def _seconds(timer: timeit.Timer, *, pool: ThreadPoolExecutor, threads: int, calls: int) -> float:
    if threads == 1:
        return timer.timeit(calls)
    started: list[float] = []
    barrier = threading.Barrier(threads, action=lambda: started.append(time.perf_counter()))

    def work() -> float:
        barrier.wait(timeout=60)
        timer.timeit(calls // threads)
        return time.perf_counter()

    return max([future.result() for future in [pool.submit(work) for _ in range(threads)]]) - started[0]


def let_through(contender: Contender, *, crowd: int) -> int:
    """How many of so many threads that call at once, half-open, are inside the function together.

    A contender that holds its lock during the call keeps others waiting; a second is given to all that come.
    """
    entered: list[int] = []
    refused: list[int] = []
    release = threading.Event()
    failing = True

    def function() -> None:
        if failing:
            raise ConnectionError
        entered.append(1)
        release.wait(timeout=60)

    protected = contender.protect(function, SECONDS_OPEN)
    open_it(contender, protected)
    failing = False
    time.sleep(SECONDS_OPEN * 1.5)
    gate = threading.Barrier(crowd)

    def one() -> None:
        gate.wait(timeout=60)
        try:
            protected()
        except contender.refusal:
            refused.append(1)

    callers = [threading.Thread(target=one, daemon=True) for _ in range(crowd)]
    for caller in callers:
        caller.start()
    until = time.monotonic() + 1.0
    while len(entered) + len(refused) < crowd and time.monotonic() < until:
        time.sleep(0.01)
    count = len(entered)
    release.set()
    for caller in callers:
        caller.join(timeout=60)
    return count


def aims(figures: dict[str, dict[str, Figure]]) -> dict[str, tuple[float, float]]:
    """What is aimed for: the ratio that came out, and the most that it may be."""
    one, four, refused = figures["closed, 1 thread"], figures["closed, 4 threads"], figures["open, 1 thread"]

    def share(above: Figure, below: Figure) -> float:
        return above.nanoseconds / below.nanoseconds

    return {
        "closed, protect / circuitbreaker": (share(one[SEAMLINE.name], one["circuitbreaker"]), 1.0),
        "closed, split form / circuitbreaker": (share(one[SPLIT], one["circuitbreaker"]), 1.0),
        "closed, window of 10 s / circuitbreaker": (share(one[SEAMLINE_TIME.name], one["circuitbreaker"]), 1.0),
        "closed, protect / interlock-cb": (share(one[SEAMLINE.name], one["interlock-cb"]), 1 / 8),
        "closed, protect, 4 threads / 1": (share(four[SEAMLINE.name], one[SEAMLINE.name]), 1.3),
        "closed, split form, 4 threads / 1": (share(four[SPLIT], one[SPLIT]), 1.3),
        "open / raise and catch (600 ns where that takes 193)": (refused[SEAMLINE.name].ratio, 600 / 193),
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.resilience",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--calls", type=int, default=20_000, help="calls a round and contender")
    parser.add_argument("--crowd", type=int, default=200, help="threads that meet a half-open breaker at once")
    parser.add_argument("--format", choices=["text", "json"], default="text")
    options = parser.parse_args()
    if min(options.rounds, options.calls // 4, options.crowd) < 1:
        parser.error("--rounds and --crowd are 1 or more, --calls 4 or more.")
    figures = {}
    for name, make, threads in (
        ("closed, 1 thread", closed, 1),
        ("closed, 4 threads", closed, 4),
        ("open, 1 thread", opened, 1),
        ("open, 4 threads", opened, 4),
    ):
        print(f"measuring: {name}", file=sys.stderr)
        figures[name] = measure(make(), rounds=options.rounds, calls=options.calls, threads=threads)
    crowds = {each.name: let_through(each, crowd=options.crowd) for each in (SEAMLINE, *PEERS)}
    met = aims(figures)
    if options.format == "json":
        report = {
            "calls": {name: {who: f.as_json() for who, f in by.items()} for name, by in figures.items()},
            "half_open": {"crowd": options.crowd, "let_through": crowds},
            "aims": {name: {"is": round(value, 3), "at_most": round(most, 3)} for name, (value, most) in met.items()},
        }
        print(json.dumps(report))
    else:
        _print(figures, crowds, met, crowd=options.crowd)
    return 0 if all(value <= most for value, most in met.values()) and crowds[SEAMLINE.name] == 5 else 1


def _print(
    figures: dict[str, dict[str, Figure]],
    crowds: dict[str, int],
    met: dict[str, tuple[float, float]],
    *,
    crowd: int,
) -> None:
    for name, by in figures.items():
        print(f"\n{name}")
        for who, figure in by.items():
            print(f"  {who:26}{figure.nanoseconds:9.0f} ns{figure.ratio:9.1f} x bare   {figure.judges_by}")
    print(f"\nhalf-open: let through at once of {crowd} (5 are permitted where a number can be given)")
    for who, count in crowds.items():
        print(f"  {who:26}{count:9}")
    print("\naims")
    for name, (value, most) in met.items():
        print(f"  {name:54}{value:7.3f}, at most {most:.3f}: {'met' if value <= most else 'MISSED'}")


if __name__ == "__main__":
    sys.exit(main())
