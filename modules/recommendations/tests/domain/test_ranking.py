"""Scores add up, reasons are true, answers are bounded."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from modules.recommendations.domain.baskets import Basket, sales_table
from modules.recommendations.domain.neighbours import train
from modules.recommendations.domain.ranking import LARGEST_ANSWER, Neighbourhood, rank
from modules.recommendations.tests.samples import SKUS, baskets_of_anybody


def neighbourhood(sku: str, **neighbours: tuple[float, int]) -> Neighbourhood:
    return Neighbourhood(
        sku=sku,
        neighbours=tuple(neighbours),
        strengths=tuple(strength for strength, _ in neighbours.values()),
        together=tuple(together for _, together in neighbours.values()),
    )


TEA = neighbourhood("TEA", CUP=(0.5, 9), SUGAR=(0.3, 4))
MILK = neighbourhood("MILK", SUGAR=(0.4, 7))


def test_what_several_products_speak_for_comes_first_with_the_strongest_reason_first() -> None:
    first, second = rank(weights={"TEA": 1.0, "MILK": 1.0}, neighbourhoods=[TEA, MILK], unwanted=(), limit=5)
    assert (first.sku, first.because_of, first.bought_together) == ("SUGAR", ("MILK", "TEA"), 7)
    assert first.score == pytest.approx(0.7)
    assert (second.sku, second.because_of, second.bought_together) == ("CUP", ("TEA",), 9)


def test_weights_decide_how_much_each_product_speaks() -> None:
    first, *_ = rank(weights={"TEA": 1.0, "MILK": 0.1}, neighbourhoods=[TEA, MILK], unwanted=(), limit=5)
    assert first.sku == "CUP"


def test_unwanted_products_are_left_out() -> None:
    answer = rank(weights={"TEA": 1.0}, neighbourhoods=[TEA], unwanted={"CUP"}, limit=5)
    assert [one.sku for one in answer] == ["SUGAR"]


def test_neighbourhoods_of_products_that_do_not_speak_are_ignored() -> None:
    assert rank(weights={"MILK": 1.0}, neighbourhoods=[TEA], unwanted=(), limit=5) == ()


@pytest.mark.parametrize(("limit", "answers"), [(-1, 0), (0, 0), (1, 1), (1_000_000, LARGEST_ANSWER)])
def test_no_answer_is_longer_than_the_limit_or_a_hundred(limit: int, answers: int) -> None:
    many = Neighbourhood(
        sku="TEA",
        neighbours=tuple(f"P{number}" for number in range(300)),
        strengths=(0.1,) * 300,
        together=(1,) * 300,
    )
    assert len(rank(weights={"TEA": 1.0}, neighbourhoods=[many], unwanted=(), limit=limit)) == answers


def test_ties_are_in_the_order_of_codes() -> None:
    tied = neighbourhood("TEA", B=(0.1, 1), A=(0.1, 1))
    assert [one.sku for one in rank(weights={"TEA": 1.0}, neighbourhoods=[tied], unwanted=(), limit=5)] == ["A", "B"]


@settings(max_examples=60, deadline=None)
@given(baskets=baskets_of_anybody)
def test_every_reason_is_a_product_that_speaks_and_the_count_is_that_of_the_first(baskets: list[Basket]) -> None:
    weights = {SKUS[0]: 1.0, SKUS[1]: 0.5, SKUS[2]: 0.25}
    table = sales_table(baskets, largest_catalogue=99)
    for one in rank(weights=weights, neighbourhoods=train(table), unwanted=weights, limit=50):
        assert one.sku not in weights
        assert 1 <= len(one.because_of) <= 3
        assert set(one.because_of) <= set(weights)
        both = sum(1 for basket in baskets if {one.sku, one.because_of[0]} <= set(basket.skus))
        assert one.bought_together == both >= 1
