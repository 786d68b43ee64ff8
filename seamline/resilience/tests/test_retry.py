"""Retries are a share of first tries, and rests are random within their bounds."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from hypothesis import given
from hypothesis import strategies as st

from seamline.resilience.retry import RetryBudget, backoff
from seamline.resilience.tests.clock import Clock


@given(steps=st.lists(st.sampled_from(["try", "retry", "wait"]), max_size=300))
def test_retries_never_exceed_their_share_and_the_floor(steps: list[str]) -> None:
    clock = Clock()
    budget = RetryBudget(ratio=0.2, floor_per_second=1, clock=clock)
    tries = retries = 0
    for step in steps:
        if step == "try":
            budget.deposit()
            tries += 1
        elif step == "wait":
            clock.now += 0.5
        else:
            retries += budget.withdraw()
        assert retries <= 1 + 0.2 * tries + (clock.now - 1000) * 1 + 1e-6


def test_budget_that_was_used_up_fills_by_tries_and_by_time() -> None:
    clock = Clock()
    budget = RetryBudget(ratio=0.5, floor_per_second=1, clock=clock)
    while budget.withdraw():
        pass
    budget.deposit()
    assert not budget.withdraw()
    budget.deposit()
    assert budget.withdraw()
    clock.now += 1
    assert budget.withdraw()
    assert not budget.withdraw()


def test_what_is_saved_is_bounded() -> None:
    budget = RetryBudget(ratio=1, floor_per_second=1, clock=Clock())
    for _ in range(1000):
        budget.deposit()
    assert sum(budget.withdraw() for _ in range(1000)) == 10


def test_threads_cannot_overdraw_it() -> None:
    budget = RetryBudget(ratio=0.2, floor_per_second=0.001)
    for _ in range(40):
        budget.deposit()
    with ThreadPoolExecutor(16) as pool:
        taken = sum(pool.map(lambda _: budget.withdraw(), range(400)))
    assert taken in (8, 9)


class Overdrawn(RetryBudget):
    """A planted fault: all threads look before one pays."""

    def __init__(self, *, looking: int) -> None:
        super().__init__(ratio=0.2, floor_per_second=0.001)
        self._all_looked = Barrier(looking)

    def withdraw(self) -> bool:
        may = self._saved >= 1
        self._all_looked.wait(30)
        self._saved -= may
        return may


def test_budget_that_threads_can_overdraw_would_be_noticed() -> None:
    budget = Overdrawn(looking=16)
    for _ in range(40):
        budget.deposit()
    with ThreadPoolExecutor(16) as pool:
        taken = sum(pool.map(lambda _: budget.withdraw(), range(16)))
    assert taken > 9


@given(attempt=st.integers(min_value=1, max_value=500), drawn=st.floats(min_value=0, max_value=0.999))
def test_rest_is_random_up_to_an_end_that_doubles(attempt: int, drawn: float) -> None:
    end = min(0.5, 0.02 * 2 ** min(attempt - 1, 60))
    assert backoff(attempt, base=0.02, cap=0.5, random=lambda: drawn) == end * drawn
