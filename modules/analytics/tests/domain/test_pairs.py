"""Pairs are counted as a plain double loop counts them, and the most frequent are kept."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.analytics.domain.pairs import count_pairs_in

baskets_of_anything = st.lists(st.lists(st.sampled_from("ABCDEFGH"), max_size=6, unique=True), max_size=30)


def counted_plainly(baskets: list[list[str]]) -> list[tuple[int, str, str]]:
    pairs = Counter(pair for basket in baskets for pair in combinations(sorted(basket), 2))
    return sorted((-count, first, second) for (first, second), count in pairs.items() if count > 1)


@given(baskets=baskets_of_anything, most=st.integers(min_value=1, max_value=40))
def test_the_first_pairs_are_those_of_a_plain_count(baskets: list[list[str]], most: int) -> None:
    counted = count_pairs_in(baskets, most=most)
    assert [(-pair.together, pair.first, pair.second) for pair in counted.pairs] == counted_plainly(baskets)[:most]
    assert counted.baskets == sum(1 for basket in baskets if basket)
    for pair in counted.pairs:
        assert pair.with_first == sum(pair.first in basket for basket in baskets)
        assert pair.with_second == sum(pair.second in basket for basket in baskets)


def test_lift_is_one_where_products_do_not_mind_each_other() -> None:
    baskets = [["A", "B"], ["A", "B"], ["A"], ["A"], ["B"], ["B"], ["C"], ["C"]]
    (pair,) = count_pairs_in(baskets).pairs
    assert pair.lift(len(baskets)) == pytest.approx(1.0)


def test_products_beyond_the_largest_catalogue_are_left_out() -> None:
    baskets = [["A", "B"]] * 3 + [["C", "D"]] * 2
    assert [(pair.first, pair.second) for pair in count_pairs_in(baskets, largest_catalogue=2).pairs] == [("A", "B")]


def test_no_baskets_make_no_pairs() -> None:
    assert count_pairs_in([]).pairs == ()
    assert count_pairs_in([[], ["A"]]).baskets == 1
