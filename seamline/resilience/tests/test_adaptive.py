"""The limit settles near the knee of a server, whose latency grows as soon as more calls come than it has hands."""

from __future__ import annotations

import time

from seamline.resilience.adaptive import LEAST, AdaptiveLimit


def settle(limit: AdaptiveLimit, *, hands: int, calls: int, demand: int = 64) -> int:
    """Offer ``demand`` calls at once to a server with so many hands, again and again; the limit in the end."""
    for _ in range(calls):
        inside = 0
        concurrent = limit.snapshot().concurrent
        for _ in range(min(demand, concurrent)):
            limit.enter(time.monotonic())
            inside += 1
        seconds = 0.01 * max(1.0, inside / hands)
        for _ in range(inside):
            limit.leave(seconds=seconds)
    return limit.snapshot().concurrent


def fresh() -> AdaptiveLimit:
    return AdaptiveLimit(name="orders", most=200, queue=0)


def test_limit_settles_near_the_knee_from_below_and_from_above() -> None:
    assert 8 <= settle(fresh(), hands=10, calls=300) <= 35
    assert 24 <= settle(fresh(), hands=30, calls=300) <= 80


def test_limit_follows_a_server_that_loses_and_regains_hands() -> None:
    limit = fresh()
    large = settle(limit, hands=40, calls=300)
    small = settle(limit, hands=5, calls=300)
    again = settle(limit, hands=40, calls=600)
    assert small < large / 2
    assert again > small * 1.5


def test_dropped_calls_shrink_it_at_once_but_never_to_nothing() -> None:
    limit = fresh()
    for _ in range(30):
        limit.enter(time.monotonic())
        limit.leave(dropped=True)
    assert limit.snapshot().concurrent == LEAST


def test_limit_that_is_not_used_does_not_grow() -> None:
    limit = fresh()
    before = limit.snapshot().concurrent
    for _ in range(500):
        limit.enter(time.monotonic())
        limit.leave(seconds=0.01)
    assert limit.snapshot().concurrent == before
