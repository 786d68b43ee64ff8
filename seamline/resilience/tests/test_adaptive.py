"""The limit settles near the knee of a server, whose latency grows as soon as more calls come than it has hands."""

from __future__ import annotations

import heapq
import random
import time
from collections.abc import Callable

import pytest

from seamline.resilience.adaptive import LEAST, AdaptiveLimit

SPREADS: dict[str, Callable[[random.Random], float]] = {
    "each call takes as long": lambda draw: 0.01,
    "a spread as of real services": lambda draw: draw.lognormvariate(-4.6, 0.5),
    "quick and slow operations side by side": lambda draw: draw.choice((0.001, 0.02)),
}


def serve(limit: AdaptiveLimit, *, hands: int, calls: int, spread: str, demand: int = 150) -> int:
    """Callers that come as soon as they may, at a server whose hands take one call each, in order; the limit then."""
    draw, now, done = random.Random(4), 0.0, 0
    free, under_way = [0.0] * hands, list[tuple[float, float]]()
    while done < calls:
        while len(under_way) < min(demand, limit.snapshot().concurrent):
            limit.enter(0.0)
            end = max(now, heapq.heappop(free)) + SPREADS[spread](draw)
            heapq.heappush(free, end)
            heapq.heappush(under_way, (end, now))
        now, begun = heapq.heappop(under_way)
        limit.leave(seconds=now - begun)
        done += 1
    for _ in under_way:
        limit.leave()
    return limit.snapshot().concurrent


def fresh() -> AdaptiveLimit:
    return AdaptiveLimit(name="orders", most=200, queue=0)


@pytest.mark.parametrize("spread", SPREADS)
def test_limit_settles_near_the_knee_however_long_calls_take(spread: str) -> None:
    assert 20 <= serve(fresh(), hands=20, calls=8000, spread=spread) <= 60


@pytest.mark.parametrize("spread", SPREADS)
def test_limit_of_a_healthy_server_is_not_shrunk_by_the_spread_of_its_latencies(spread: str) -> None:
    limit = AdaptiveLimit(name="orders", most=64, queue=0)
    assert serve(limit, hands=1000, calls=8000, spread=spread) >= 32  # half of it while it is measured


class Hasty(AdaptiveLimit):
    """A planted fault: one quick call decides what is usual."""

    def leave(self, *, seconds: float | None = None, dropped: bool = False) -> None:
        if seconds is not None:
            self._usual = min(self._usual or seconds, seconds)
            self._measuring = 0
        super().leave(seconds=seconds, dropped=dropped)


def test_limit_that_goes_by_the_quickest_call_would_be_noticed() -> None:
    limit = Hasty(name="orders", most=64, queue=0)
    assert serve(limit, hands=1000, calls=4000, spread="quick and slow operations side by side") < 16


@pytest.mark.parametrize("demand", [64, 150])
def test_limit_follows_a_server_that_loses_and_regains_hands(demand: int) -> None:
    limit = fresh()
    large = serve(limit, hands=40, calls=8000, spread="each call takes as long", demand=demand)
    small = serve(limit, hands=5, calls=8000, spread="each call takes as long", demand=demand)
    again = serve(limit, hands=40, calls=8000, spread="each call takes as long", demand=demand)
    assert large >= 40
    assert 5 <= small <= 20
    assert again >= 40


def test_dropped_calls_shrink_it_at_once_but_never_to_nothing() -> None:
    limit = fresh()
    limit.enter(time.monotonic())
    limit.leave(dropped=True)
    assert limit.snapshot().concurrent == 14
    for _ in range(200):
        limit.enter(time.monotonic())
        limit.leave(dropped=True)
    assert limit.snapshot().concurrent == LEAST


def test_calls_that_are_dropped_together_shrink_it_once() -> None:
    limit = fresh()
    for _ in range(20):
        limit.enter(time.monotonic())
    for _ in range(20):
        limit.leave(dropped=True)
    assert limit.snapshot().concurrent == 14


def test_limit_keeps_to_its_bounds_whatever_happens() -> None:
    single = AdaptiveLimit(name="orders", most=1, queue=0)
    wide = AdaptiveLimit(name="orders", most=9, least=3, queue=0)
    draw = random.Random(7)
    for _ in range(3000):
        for limit, least, most in ((single, 1, 1), (wide, 3, 9)):
            limit.enter(time.monotonic())
            limit.leave(seconds=draw.choice((None, 0.0, 0.001, 5.0)), dropped=draw.random() < 0.1)
            assert least <= limit.snapshot().concurrent <= most


def test_limit_that_is_not_used_does_not_grow() -> None:
    limit = fresh()
    before = limit.snapshot().concurrent
    for _ in range(500):
        limit.enter(time.monotonic())
        limit.leave(seconds=0.01)
    assert limit.snapshot().concurrent == before
