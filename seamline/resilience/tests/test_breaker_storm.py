"""Threads that call, fail, are cancelled and come late while the breaker opens and closes under them, for real."""

from __future__ import annotations

import dataclasses
import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from seamline.contract.policy import BreakerPolicy
from seamline.resilience.breaker import Breaker, BreakerOpen, Transition
from seamline.resilience.probing import Permit

POLICY = BreakerPolicy(
    window_calls=20, minimum_calls=5, slow_seconds=1.0, open_seconds=0.0005, longest_open_seconds=0.001, probes=4,
    probe_seconds=60,
)  # fmt: skip
LEGAL = {("closed", "open"), ("open", "half_open"), ("half_open", "open"), ("half_open", "closed")}
THREADS, MOVES, LONGEST = 8, 400, 10.0


@pytest.mark.parametrize("window_seconds", [0.0, 0.01])
def test_storm_admits_the_permitted_probes_of_each_generation_and_makes_only_legal_moves(window_seconds: float) -> None:
    told: list[Transition] = []
    policy = dataclasses.replace(POLICY, window_seconds=window_seconds)
    breaker = Breaker(name="storm", policy=policy, on_transition=told.append)

    def caller(seed: int) -> Counter[int]:
        draw, probes, late = random.Random(seed), Counter[int](), list[Permit]()
        until = time.monotonic() + LONGEST
        while len(told) < MOVES and time.monotonic() < until:
            try:
                permit = breaker.acquire()
            except BreakerOpen:
                continue
            probes[permit.generation] += permit.is_probe
            chance = draw.random()
            if chance < 0.05:
                breaker.ignore(permit)
                probes[permit.generation] -= permit.is_probe
            elif chance < 0.15 and not permit.is_probe:
                late.append(permit)
            elif draw.random() < (0.3 if permit.is_probe else 0.7):
                breaker.failure(permit, 0.01)
            else:
                breaker.success(permit, 0.01)
            if len(late) > 20:
                for each in late:
                    breaker.failure(each, 0.01)
                late.clear()
        return probes

    with ThreadPoolExecutor(THREADS) as pool:
        admitted = sum(pool.map(caller, range(THREADS)), Counter[int]())
    told.sort(key=lambda each: each.snapshot.generation)
    moves = [(str(each.before), str(each.after)) for each in told]
    assert len(moves) >= MOVES
    assert set(moves) == LEGAL
    assert [before for before, _ in moves[1:]] == [after for _, after in moves[:-1]]
    assert [each.snapshot.generation for each in told] == list(range(1, len(told) + 1))
    assert max(admitted.values()) == policy.probes
