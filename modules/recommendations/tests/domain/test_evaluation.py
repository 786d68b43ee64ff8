"""The evaluation measures what it says: splits, figures by hand, no look ahead."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from modules.recommendations.domain.baskets import Basket, sales_table
from modules.recommendations.domain.evaluation import Split, evaluate, experiment, months_as_of
from modules.recommendations.domain.methods import Method, customers_by_products, ease
from modules.recommendations.tests.samples import given_back, sale

ANN = [sale("A", customer="ann"), sale("B", customer="ann", day=1), sale("B", "C", customer="ann", day=2)]
TWICE = [sale("A", customer="bob"), sale("C", customer="bob", day=9)]


def crowd(count: int) -> list[Basket]:
    """Customers with two invoices each, in which A and C go together and everybody buys POP."""
    return [
        basket
        for number in range(count)
        for basket in (
            sale("A", "C", "POP", customer=f"c{number}", day=number / 10),
            sale("POP", f"X{number}", customer=f"c{number}", day=number / 10 + 1),
        )
    ]


def test_the_last_invoice_is_held_out_and_the_earlier_ones_are_the_history() -> None:
    task = experiment([*ANN[::-1], *TWICE], split=Split.TEST)
    (case,) = task.cases
    assert case.held_out == ANN[2]
    assert case.history.bought == {"A", "B"}
    assert case.new == {"C"}
    assert sorted(basket.skus for basket in task.training) == [("A",), ("A",), ("B",), ("C",)]


def test_validation_never_sees_the_last_invoice() -> None:
    task = experiment([*ANN, *TWICE], split=Split.VALIDATION)
    (case,) = task.cases
    assert case.held_out == ANN[1]
    assert case.history.bought == {"A"}
    assert ANN[2] not in task.training
    assert ANN[1] not in task.training


def test_customers_with_two_invoices_and_guests_take_no_part_but_are_learned_from() -> None:
    guest = sale("G", "H")
    task = experiment([*TWICE, guest], split=Split.TEST)
    assert task.cases == ()
    assert set(task.training) == {*TWICE, guest}


def test_returns_before_the_held_out_invoice_belong_to_the_history_and_later_ones_do_not() -> None:
    before, after = given_back("A", customer="ann", day=0.5), given_back("B", customer="ann", day=5)
    (case,) = experiment([*ANN, before, after], split=Split.TEST).cases
    assert list(case.history.weights) == ["B"]
    assert case.history.bought == {"A", "B"}


def test_figures_are_those_counted_by_hand() -> None:
    # Ten products are on top for everybody: P0 to P9, each bought by two. Ann finds two of her four new ones there.
    popular = [f"P{number}" for number in range(10)]
    others = [sale(*popular, customer=name) for name in ("x", "y")] + [sale("Q1", "Q2", customer="z")]
    ann = [
        sale("S", customer="ann"),
        sale("S", customer="ann", day=1),
        sale("P0", "P1", "Q1", "NO", customer="ann", day=2),
    ]
    bob = [sale("S", customer="bob"), sale("S", customer="bob", day=1), sale("S", customer="bob", day=2)]
    eve = [sale("S", customer="eve"), sale("S", customer="eve", day=1), sale("Q2", customer="eve", day=2)]
    figures = evaluate(experiment([*others, *ann, *bob, *eve], split=Split.TEST), method=Method.POPULARITY)
    assert (figures.customers, figures.customers_with_new, figures.new_products) == (3, 2, 5)
    assert figures.hit_rate == pytest.approx((2 / 4 + 0) / 2)
    assert figures.any_hit == pytest.approx(1 / 2)
    assert figures.hit_rate_pairs == pytest.approx(2 / 5)
    assert figures.any_hit_all == pytest.approx(1 / 3, abs=1e-4)


def test_what_goes_together_beats_popularity_where_it_should() -> None:
    filler = [sale(*(f"F{number}" for number in range(12)), customer=f"f{number}") for number in range(40)]
    baskets = [
        *filler,
        *crowd(30),
        sale("A", customer="ann", day=1),
        sale("A", customer="ann", day=2),
        sale("C", customer="ann", day=3),
    ]
    task = experiment(baskets, split=Split.TEST)
    assert evaluate(task, method=Method.NEIGHBOURS).hit_rate == 1.0
    assert evaluate(task, method=Method.EASE).hit_rate == 1.0
    assert evaluate(task, method=Method.POPULARITY).hit_rate == 0.0


def test_as_of_a_month_nothing_later_is_known() -> None:
    later = [sale("A", "C", customer=f"c{number}", day=200) for number in range(30)]
    ann = [sale("A", customer="ann"), sale("A", customer="ann", day=1), sale("C", customer="ann", day=60)]
    task = experiment([*ann, *later], split=Split.TEST)
    assert evaluate(task, method=Method.NEIGHBOURS).hit_rate == 1.0
    assert months_as_of(task, method=Method.NEIGHBOURS).hit_rate == 0.0
    earlier = [sale("A", "C", customer=f"c{number}", day=20) for number in range(30)]
    assert months_as_of(experiment([*ann, *earlier], split=Split.TEST), method=Method.NEIGHBOURS).hit_rate == 1.0


def test_too_few_invoices_are_an_error_that_says_what_is_needed() -> None:
    with pytest.raises(ValueError, match="3 invoices"):
        evaluate(experiment(TWICE, split=Split.TEST), method=Method.POPULARITY)


def test_ease_is_the_closed_form() -> None:
    bought = sparse.csr_matrix(np.array([[1, 1, 0], [1, 1, 0], [0, 1, 1.0]]))
    weights = ease(bought, penalty=2.0)
    dense = bought.toarray()
    for product in range(3):
        others = [index for index in range(3) if index != product]
        ridge = np.linalg.solve(
            dense[:, others].T @ dense[:, others] + 2 * np.eye(2), dense[:, others].T @ dense[:, product]
        )
        assert weights[others, product] == pytest.approx(ridge)
        assert weights[product, product] == 0


def test_guests_are_no_customers_of_the_baselines() -> None:
    table = sales_table(
        [sale("A", customer="ann"), sale("A", "B", customer="ann", day=1), sale("B")], largest_catalogue=9
    )
    assert customers_by_products(table).toarray().tolist() == [[1, 1]]
