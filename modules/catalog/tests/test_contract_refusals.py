"""Arguments that no row can hold, and two writers at once: refused by name or put in order, never a failed module."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from contracts.catalog import Catalog, CategoryDraft, InvalidPrice, InvalidProduct, UnknownCategory, UnknownProduct
from contracts.kernel import Money, Sku
from modules.catalog.tests.helpers import CATEGORIES, draft, event_names, pounds, stocked
from seamline.calls import use
from seamline.contract import InvalidArgument
from seamline.data import release_connections

pytestmark = pytest.mark.usefixtures("database", "runner")


@pytest.mark.parametrize("reason", ["R" * 201, "R\0"])
def test_reason_that_cannot_be_kept_changes_nothing(reason: str) -> None:
    stocked()
    before = event_names()
    with pytest.raises(InvalidArgument):
        use(Catalog).change_price(sku=Sku("RED"), price=pounds("2.10"), reason=reason)
    with pytest.raises(InvalidArgument):
        use(Catalog).withdraw(sku=Sku("RED"), reason=reason)
    product = use(Catalog).product(sku=Sku("RED"))
    assert (product.price, product.on_sale, event_names()) == (pounds("1.95"), True, before)


@pytest.mark.parametrize("sku", ["", "\0", "red", "R" * 100])
def test_stock_code_of_another_shape_is_an_unknown_product(sku: str) -> None:
    stocked()
    with pytest.raises(UnknownProduct):
        use(Catalog).product(sku=Sku(sku))
    with pytest.raises(UnknownProduct):
        use(Catalog).change_price(sku=Sku(sku), price=pounds("2.10"), reason="test")
    with pytest.raises(UnknownProduct):
        use(Catalog).withdraw(sku=Sku(sku), reason="test")


@pytest.mark.parametrize("category", ["\0", "Bags", "b" * 500])
def test_slug_of_another_shape_is_an_unknown_category(category: str) -> None:
    stocked()
    with pytest.raises(UnknownCategory):
        use(Catalog).search(category=category)


def test_page_beyond_any_number_is_empty_and_knows_the_total() -> None:
    stocked()
    page = use(Catalog).search(offset=2**63 - 1)
    assert (page.products, page.total) == ((), 4)


def test_price_in_no_currency_is_refused() -> None:
    stocked()
    with pytest.raises(InvalidPrice):
        use(Catalog).change_price(
            sku=Sku("RED"), price=Money(amount=pounds("2.10").amount, currency="POUND"), reason="test"
        )


def test_unacceptable_category_is_refused_and_nothing_is_put() -> None:
    with pytest.raises(InvalidProduct):
        use(Catalog).put_products(
            categories=(CategoryDraft(slug="No Slug", name="None"),), products=(draft("GOOD", "Good"),)
        )
    assert use(Catalog).products(skus=(Sku("GOOD"),)) == {}


def test_of_two_drafts_of_one_category_or_product_the_last_one_wins() -> None:
    use(Catalog).put_products(
        categories=(CategoryDraft(slug="bags", name="Sacks"), CategoryDraft(slug="bags", name="Bags")),
        products=(draft("RED", "Blue"), draft("RED", "Red")),
    )
    assert [category.name for category in use(Catalog).categories()] == ["Bags"]
    assert use(Catalog).product(sku=Sku("RED")).name == "Red"


def test_product_that_is_put_off_sale_is_told_as_withdrawn() -> None:
    stocked()
    off = replace(draft("LUNCH", "Lunch Bag Red Spotty", "1.65", popularity=90), on_sale=False)
    for expected in (1, 0):
        assert use(Catalog).put_products(categories=CATEGORIES, products=(off,)) == expected
    assert event_names()[4:] == ["catalog.product_withdrawn"]


def test_products_that_several_put_at_once_become_new_once() -> None:
    drafts = tuple(draft(f"P{number}", f"Product {number}") for number in range(300))

    def put(turn: int) -> int:
        try:
            return use(Catalog).put_products(categories=(), products=drafts if turn % 2 else drafts[::-1])
        finally:
            release_connections()

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(put, range(6))) == [0, 0, 0, 0, 0, 300]
    assert event_names().count("catalog.product_added") == 300
