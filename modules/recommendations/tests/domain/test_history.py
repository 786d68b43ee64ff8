"""How much each earlier purchase speaks for a customer."""

from __future__ import annotations

import pytest

from modules.recommendations.domain.history import history_of
from modules.recommendations.tests.samples import given_back, sale


def test_a_purchase_counts_half_after_its_half_life() -> None:
    history = history_of([sale("OLD"), sale("NEW", day=45)], half_life_days=45)
    assert history.weights == pytest.approx({"NEW": 1.0, "OLD": 0.5})


def test_what_is_bought_again_and_again_speaks_more() -> None:
    history = history_of([sale("A"), sale("A", "B")])
    assert history.weights == pytest.approx({"A": 2.0, "B": 1.0})
    assert list(history.weights) == ["A", "B"]


def test_what_was_given_back_speaks_for_nothing_but_is_not_new() -> None:
    history = history_of([sale("A", "B"), given_back("A", day=1)])
    assert list(history.weights) == ["B"]
    assert history.bought == {"A", "B"}


def test_what_was_given_back_in_part_still_speaks() -> None:
    history = history_of([sale("A"), sale("A", day=1), given_back("A", day=2)])
    assert "A" in history.weights


def test_a_return_before_any_purchase_is_nothing_bought() -> None:
    history = history_of([given_back("A")])
    assert history.weights == {}
    assert history.bought == frozenset()


def test_only_the_strongest_of_a_long_history_speak_yet_nothing_is_forgotten() -> None:
    history = history_of([sale(f"OLD{number}", day=number) for number in range(10)], largest=3)
    assert list(history.weights) == ["OLD9", "OLD8", "OLD7"]
    assert len(history.bought) == 10
