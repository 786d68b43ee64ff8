"""Rates are kept by all callers together and by each key alone, and no caller can make memory grow."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from hypothesis import given
from hypothesis import strategies as st

from seamline.resilience.rate import KeyedRateLimit, RateLimit
from seamline.resilience.tests.clock import Clock

CALLS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([0.0, 0.0, 0.125, 0.5, 2.0])), max_size=200)


@given(waits=st.lists(st.floats(min_value=0, max_value=2), max_size=100))
def test_rate_is_never_exceeded_but_for_the_burst(waits: list[float]) -> None:
    clock = Clock()
    limit = RateLimit(per_second=4, burst=3, clock=clock)
    allowed = 0
    for wait in waits:
        clock.now += wait
        allowed += limit.allow()
        assert allowed <= 3 + 4 * (clock.now - 1000) + 1e-6


def test_rate_says_when_to_come_again() -> None:
    clock = Clock()
    limit = RateLimit(per_second=2, burst=1, clock=clock)
    assert limit.allow()
    assert not limit.allow()
    assert abs(limit.retry_after - 0.5) < 1e-9
    clock.now += 0.5
    assert limit.allow()


def test_threads_cannot_exceed_it() -> None:
    limit, keyed = RateLimit(per_second=0.001, burst=50), KeyedRateLimit(per_second=0.001, burst=50)
    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(lambda _: limit.allow(), range(400))) == 50
        assert sum(pool.map(lambda _: keyed.allow("ada"), range(400))) == 50


@given(calls=CALLS)
def test_each_key_is_treated_as_if_it_had_a_limit_of_its_own(calls: list[tuple[str, float]]) -> None:
    clock = Clock()
    keyed = KeyedRateLimit(per_second=4, burst=3, clock=clock)
    own = {key: RateLimit(per_second=4, burst=3, clock=clock) for key in "abc"}
    for key, wait in calls:
        clock.now += wait
        assert abs(keyed.retry_after(key) - own[key].retry_after) < 1e-6
        assert keyed.allow(key) == own[key].allow()


def test_keys_that_come_and_go_are_forgotten() -> None:
    clock = Clock()
    limit = KeyedRateLimit(per_second=10, burst=5, most_keys=100, clock=clock)
    for number in range(5000):
        clock.now += 0.01
        assert limit.allow(number)
        assert len(limit) <= 202


def test_who_comes_under_ever_new_names_gets_no_more_than_one_bucket_beyond_what_is_remembered() -> None:
    limit = KeyedRateLimit(per_second=10, burst=5, most_keys=100, clock=Clock())
    for _ in range(5):
        assert limit.allow("ada")
    assert not limit.allow("ada")
    assert sum(limit.allow(number) for number in range(5000)) == 99 + 5
    assert len(limit) <= 202
    assert not limit.allow("ada")  # nobody could have her forgotten


class Forgetful(KeyedRateLimit):
    """A planted fault: when there are too many keys, all are forgotten."""

    def allow(self, key: object) -> bool:
        if len(self._recent) >= self._most_keys:
            self._recent.clear()
        return super().allow(key)


def test_limit_that_can_be_made_to_forget_would_be_noticed() -> None:
    limit = Forgetful(per_second=10, burst=5, most_keys=100, clock=Clock())
    assert sum(limit.allow(number) for number in range(5000)) == 5000
