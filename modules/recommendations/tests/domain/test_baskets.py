"""What enters a basket, and baskets in columns."""

from __future__ import annotations

from decimal import Decimal

import pytest

from modules.recommendations.domain.baskets import basket_of, sales_table
from modules.recommendations.tests.samples import START, given_back, sale

ONE = Decimal("1.00")


def test_lines_of_one_product_are_added_up() -> None:
    basket = basket_of(at=START, customer="ann", lines=[("85123A", 2, ONE), ("71053", 1, ONE), ("85123A", 3, ONE)])
    assert basket is not None
    assert basket.skus == ("71053", "85123A")
    assert basket.units == (1, 5)


@pytest.mark.parametrize("code", ["POST", "DOT", "M", "m", "BANK CHARGES", "gift_0001_20"])
def test_charges_are_no_goods(code: str) -> None:
    basket = basket_of(at=START, customer=None, lines=[(code, 1, ONE), ("85123A", 1, ONE)])
    assert basket is not None
    assert basket.skus == ("85123A",)


def test_an_order_of_charges_alone_makes_no_basket() -> None:
    assert basket_of(at=START, customer=None, lines=[("POST", 1, ONE)]) is None


def test_what_was_not_paid_for_does_not_count() -> None:
    assert basket_of(at=START, customer=None, lines=[("85123A", 1, Decimal(0))]) is None


def test_a_return_keeps_what_came_back_as_positive_units() -> None:
    basket = basket_of(at=START, customer=None, lines=[("85123A", -4, ONE), ("71053", 1, ONE)], is_return=True)
    assert basket is not None
    assert (basket.skus, basket.units) == (("85123A",), (4,))


def test_returns_are_no_rows_of_the_table() -> None:
    table = sales_table([sale("A", "B"), given_back("C")], largest_catalogue=10)
    assert table.products == ("A", "B")
    assert table.holds.toarray().tolist() == [[1, 1]]


def test_only_the_most_bought_products_enter_a_large_catalogue() -> None:
    table = sales_table([sale("A", "B"), sale("B", "C"), sale("C")], largest_catalogue=2)
    assert table.products == ("B", "C")
    assert table.holds.toarray().tolist() == [[1, 0], [1, 1], [0, 1]]


def test_ages_count_back_from_the_newest_sale_and_guests_have_no_number() -> None:
    table = sales_table(
        [sale("A", customer="ann"), sale("A", day=3), sale("A", customer="bob", day=1)], largest_catalogue=9
    )
    assert table.day.tolist() == [3, 0, 2]
    assert table.customer.tolist() == [0, -1, 1]


def test_no_baskets_make_an_empty_table() -> None:
    table = sales_table([], largest_catalogue=9)
    assert table.products == ()
    assert table.customers == 0


def test_long_pauses_count_as_thirty_days() -> None:
    table = sales_table([sale("A", day=4000), sale("A", day=0), sale("A", day=10)], largest_catalogue=9)
    assert table.day.tolist() == [0, 40, 30]
