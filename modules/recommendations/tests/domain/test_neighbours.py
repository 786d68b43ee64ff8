"""What is learned: planted pairs come out on top, what is said is true, and the same baskets teach the same."""

from __future__ import annotations

import random
from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings

from modules.recommendations.domain.baskets import Basket, sales_table
from modules.recommendations.domain.neighbours import TrainingSettings, observations, train, train_matrix
from modules.recommendations.domain.ranking import Neighbourhood
from modules.recommendations.tests.samples import baskets_of_anybody, planted_pairs, sale


def learned(baskets: list[Basket], **changes: float) -> dict[str, Neighbourhood]:
    chosen = TrainingSettings(**changes)  # type: ignore[arg-type]
    table = sales_table(baskets, largest_catalogue=chosen.largest_catalogue)
    return {one.sku: one for one in train(table, settings=chosen)}


def counted_pairs(baskets: list[Basket]) -> Counter[tuple[str, str]]:
    return Counter(pair for basket in baskets for pair in combinations(basket.skus, 2))


@pytest.mark.parametrize(
    ("product", "partner"), [("TEA", "CUP"), ("CUP", "TEA"), ("NAIL", "HAMMER"), ("HAMMER", "NAIL")]
)
def test_planted_pairs_come_out_above_what_everybody_buys(product: str, partner: str) -> None:
    assert learned(planted_pairs())[product].neighbours[0] == partner


def test_one_order_years_later_does_not_blot_out_what_was_learned() -> None:
    late = sale("BAG", "LONE1", customer="late", day=15 * 365)
    neighbours = learned([*planted_pairs(), late])
    for product, partner in (("TEA", "CUP"), ("CUP", "TEA"), ("NAIL", "HAMMER"), ("HAMMER", "NAIL")):
        assert neighbours[product].neighbours[0] == partner
    before = learned(planted_pairs())["TEA"].strengths[0]
    assert neighbours["TEA"].strengths[0] > before / 4


def test_what_is_never_in_one_basket_is_no_neighbour() -> None:
    neighbours = learned(planted_pairs())
    assert "HAMMER" not in neighbours["TEA"].neighbours
    assert "TEA" not in neighbours["HAMMER"].neighbours


@settings(max_examples=60, deadline=None)
@given(baskets=baskets_of_anybody)
def test_counts_of_shared_baskets_are_true_and_the_same_both_ways(baskets: list[Basket]) -> None:
    neighbours = learned(baskets)
    pairs = counted_pairs(baskets)
    told = {
        (one.sku, other): count
        for one in neighbours.values()
        for other, count in zip(one.neighbours, one.together, strict=True)
    }
    for (one, other), count in told.items():
        assert count == pairs[min(one, other), max(one, other)] >= 1
        assert told[other, one] == count


@settings(max_examples=60, deadline=None)
@given(baskets=baskets_of_anybody)
def test_neighbourhoods_are_sorted_positive_and_without_the_product_itself(baskets: list[Basket]) -> None:
    for one in learned(baskets).values():
        assert one.sku not in one.neighbours
        assert len(set(one.neighbours)) == len(one.neighbours) == len(one.strengths) == len(one.together) > 0
        assert list(one.strengths) == sorted(one.strengths, reverse=True)
        assert min(one.strengths) > 0


@settings(max_examples=40, deadline=None)
@given(baskets=baskets_of_anybody)
def test_the_order_of_baskets_does_not_matter(baskets: list[Basket]) -> None:
    shuffled = random.Random(1).sample(baskets, len(baskets))
    one, other = learned(baskets), learned(shuffled)
    assert one.keys() == other.keys()
    for sku, neighbourhood in one.items():
        strengths = dict(zip(neighbourhood.neighbours, neighbourhood.strengths, strict=True))
        others = dict(zip(other[sku].neighbours, other[sku].strengths, strict=True))
        assert strengths == pytest.approx(others, abs=1e-5)


def test_the_same_baskets_teach_exactly_the_same() -> None:
    assert learned(planted_pairs()) == learned(planted_pairs())


def test_recent_purchases_count_more() -> None:
    baskets = [sale("A", "OLD", customer="ann"), sale("A", "NEW", customer="bob", day=360)]
    neighbours = learned(baskets)["A"]
    assert neighbours.neighbours == ("NEW", "OLD")


def test_a_shop_of_guests_alone_learns_too() -> None:
    assert learned([sale("A", "B"), sale("A", "B"), sale("C")])["A"].neighbours == ("B",)


def test_no_more_neighbours_than_asked_for_are_kept_and_they_are_the_strongest() -> None:
    everything = learned(planted_pairs())["BAG"]
    two = learned(planted_pairs(), neighbours=2)["BAG"]
    assert two.neighbours == everything.neighbours[:2]


def test_nothing_is_learned_from_nothing() -> None:
    assert learned([]) == {}
    assert learned([sale("A")]) == {}


def test_a_customer_is_one_observation_of_a_product_at_its_newest_weight() -> None:
    table = sales_table([sale("A", customer="ann"), sale("A", "B", customer="ann", day=180)], largest_catalogue=9)
    assert observations(table, settings=TrainingSettings()).toarray().tolist() == [[1.0, 1.0]]


def test_large_baskets_of_guests_weigh_less() -> None:
    large = sale(*(f"P{number:03}" for number in range(80)))
    small = sale("P000", "P001")
    weights = observations(sales_table([large, small], largest_catalogue=99), settings=TrainingSettings()).toarray()
    assert weights[0, 0] == pytest.approx(0.15)
    assert weights[1, 0] == pytest.approx(0.3)


def test_the_matrix_says_what_the_neighbourhoods_say() -> None:
    table = sales_table(planted_pairs(), largest_catalogue=99)
    matrix = train_matrix(table).toarray()
    expected = np.zeros_like(matrix)
    for one in train(table):
        for other, strength in zip(one.neighbours, one.strengths, strict=True):
            expected[table.products.index(one.sku), table.products.index(other)] = strength
    assert matrix == pytest.approx(expected)
