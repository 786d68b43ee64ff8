"""``python -m benchmarks.limits``: what bulkhead, adaptive limit, budget and rate limits cost, in nanoseconds.

All contenders run in turn in the same process; the figure of each is the median of its rounds. It is CPU time, which
other work on the machine disturbs least, and holds the loop and the function around the operation. Beside them stand
``threading.Semaphore`` for what bounds concurrency and the library ``limits`` in memory for what bounds rates. With
``--threads`` so many threads use the same object, and the figure is the CPU time of all of them by all operations.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter

from seamline.resilience.adaptive import AdaptiveLimit
from seamline.resilience.bulkhead import Bulkhead, BulkheadFull
from seamline.resilience.rate import KeyedRateLimit, RateLimit
from seamline.resilience.retry import RetryBudget

NEVER = 1e12
PLENTY = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """What is measured: one operation, and the contender that its figure is divided by."""

    name: str
    operation: Callable[[], object]
    against: str


def contenders() -> list[Contender]:
    """All that is measured; the order is that of the table."""
    semaphore, bounded = threading.Semaphore(64), Bulkhead(name="benchmark", concurrent=64, queue=64)
    full = Bulkhead(name="benchmark", concurrent=1, queue=0)
    full.enter(NEVER)
    adaptive = AdaptiveLimit(name="benchmark", most=64, queue=64)
    budget = RetryBudget(ratio=1.0, floor_per_second=0.0)
    rate, keyed = RateLimit(per_second=1e9, burst=PLENTY), KeyedRateLimit(per_second=1e9, burst=PLENTY)
    storage, item = MemoryStorage(), parse(f"{PLENTY}/hour")
    fixed, moving = FixedWindowRateLimiter(storage), MovingWindowRateLimiter(storage)
    few = parse("100/minute")

    def semaphore_once() -> None:
        semaphore.acquire()
        semaphore.release()

    def bulkhead_once() -> None:
        bounded.enter(NEVER)
        bounded.leave()

    def refused_once() -> None:
        try:
            full.enter(NEVER)
        except BulkheadFull:
            return

    def adaptive_once() -> None:
        adaptive.enter(NEVER)
        adaptive.leave(seconds=0.01)

    def budget_once() -> None:
        budget.deposit()
        budget.withdraw()

    pair, window = "threading.Semaphore, acquire and release", "limits, fixed window in memory"
    return [
        Contender(name=pair, operation=semaphore_once, against=pair),
        Contender(name="Bulkhead, enter and leave", operation=bulkhead_once, against=pair),
        Contender(name="Bulkhead, full, refused", operation=refused_once, against=pair),
        Contender(name="AdaptiveLimit, enter and leave", operation=adaptive_once, against=pair),
        Contender(name="RetryBudget, deposit and withdraw", operation=budget_once, against=pair),
        Contender(name=window, operation=lambda: fixed.hit(item, "ada"), against=window),
        Contender(name="limits, moving window, used up", operation=lambda: moving.hit(few, "bob"), against=window),
        Contender(name="RateLimit.allow", operation=rate.allow, against=window),
        Contender(name="KeyedRateLimit.allow", operation=lambda: keyed.allow("ada"), against=window),
    ]


def nanoseconds(operation: Callable[[], object], *, calls: int, threads: int) -> float:
    """CPU time of a run by its operations, all threads together."""
    barrier = threading.Barrier(threads + 1)

    def work() -> None:
        barrier.wait()
        for _ in range(calls // threads):
            operation()

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    started = time.process_time()
    barrier.wait()
    for worker in workers:
        worker.join()
    return (time.process_time() - started) / (calls // threads * threads) * 1e9


def measure(*, rounds: int, calls: int, threads: int) -> dict[str, dict[str, float]]:
    """Median nanoseconds, and the ratio to what stands for it, by contender."""
    all_contenders = contenders()
    times: dict[str, list[float]] = {each.name: [] for each in all_contenders}
    for _ in range(rounds):
        for each in all_contenders:
            times[each.name].append(nanoseconds(each.operation, calls=calls, threads=threads))
    medians = {name: statistics.median(values) for name, values in times.items()}
    return {
        each.name: {"ns": round(medians[each.name], 1), "ratio": round(medians[each.name] / medians[each.against], 2)}
        for each in all_contenders
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.limits",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Examples:\n  python -m benchmarks.limits\n  python -m benchmarks.limits --threads 4 --format json",
    )
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--calls", type=int, default=50_000, help="operations a round and contender")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--format", choices=["text", "json"], default="text")
    options = parser.parse_args()
    if options.threads < 1 or options.rounds < 1 or options.calls < options.threads:
        parser.error("give at least 1 round, 1 thread and as many calls as threads")
    figures = measure(rounds=options.rounds, calls=options.calls, threads=options.threads)
    if options.format == "json":
        print(json.dumps(figures))
        return 0
    against = {each.name: each.against for each in contenders()}
    for name, figure in figures.items():
        print(f"{name:42} {figure['ns']:9.0f} ns  {figure['ratio']:6.2f} x {against[name]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
