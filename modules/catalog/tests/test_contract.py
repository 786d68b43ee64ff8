"""The behaviour that the catalog's contract promises, through the client, directly and through the codec."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connections

from contracts.catalog import (
    Catalog,
    CategoryDraft,
    InvalidPrice,
    InvalidProduct,
    ProductOrder,
    UnknownCategory,
    UnknownProduct,
)
from contracts.kernel import Sku
from modules.catalog.models import PriceChangeRow
from modules.catalog.tests.helpers import CATEGORIES, draft, event_names, pounds, stocked
from seamline.calls import acting_as, use
from seamline.contract import IdempotencyKeyReuse

pytestmark = pytest.mark.usefixtures("database", "runner")


def found(**arguments: object) -> list[str]:
    return [product.sku for product in use(Catalog).search(**arguments).products]  # type: ignore[arg-type]


def test_product_is_answered_as_it_was_put() -> None:
    stocked()
    product = use(Catalog).product(sku=Sku("HEART"))
    assert (product.name, product.price, product.category, product.on_sale) == (
        "White Hanging Heart T-Light Holder",
        pounds("2.55"),
        "lights",
        True,
    )


def test_unknown_product_is_named() -> None:
    with pytest.raises(UnknownProduct) as caught:
        use(Catalog).product(sku=Sku("NONE"))
    assert caught.value.sku == "NONE"


def test_products_leave_out_unknown_codes_and_need_one_statement(runner: str) -> None:
    stocked()
    statements: list[str] = []

    def count(execute, sql, parameters, many, context):  # type: ignore[no-untyped-def]
        statements.append(sql)
        return execute(sql, parameters, many, context)

    with connections["catalog"].execute_wrapper(count):
        answered = use(Catalog).products(skus=(Sku("RED"), Sku("NONE"), Sku("LAMP")))
    assert set(answered) == {"RED", "LAMP"}
    # Over HTTP another thread serves, and this one's connection sees nothing.
    assert len(statements) == (0 if runner == "http" else 1)
    assert use(Catalog).products(skus=()) == {}


def test_categories_count_what_is_on_sale_and_hide_empty_ones() -> None:
    stocked()
    use(Catalog).put_products(categories=(CategoryDraft(slug="empty", name="Empty"),), products=())
    use(Catalog).withdraw(sku=Sku("LAMP"), reason="broken")
    assert [(c.slug, c.product_count) for c in use(Catalog).categories()] == [("bags", 2), ("lights", 1)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bag", {"RED", "LUNCH"}),
        ("bags", {"RED", "LUNCH"}),
        ("red bag", {"RED", "LUNCH"}),
        ("hang hear", {"HEART"}),
        ("t-light", {"HEART"}),
        ("lantrn", {"LAMP"}),
        ("!!!", set()),
        ("", {"RED", "LUNCH", "HEART", "LAMP"}),
    ],
)
def test_search_finds_by_stem_prefix_and_misspelt_word(text: str, expected: set[str]) -> None:
    stocked()
    assert set(found(text=text)) == expected


@pytest.mark.parametrize("text", ["a & b", "'; DROP TABLE product; --", "\\", ":*", "((", "né", "\0bag", "x" * 5000])
def test_search_survives_whatever_is_typed(text: str) -> None:
    stocked()
    assert use(Catalog).search(text=text).total >= 0
    assert isinstance(use(Catalog).suggest(prefix=text), tuple)


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (ProductOrder.POPULARITY, ["LUNCH", "HEART", "RED", "LAMP"]),
        (ProductOrder.PRICE_ASCENDING, ["LUNCH", "RED", "HEART", "LAMP"]),
        (ProductOrder.PRICE_DESCENDING, ["LAMP", "HEART", "RED", "LUNCH"]),
        (ProductOrder.NAME, ["LAMP", "LUNCH", "RED", "HEART"]),
        (ProductOrder.RELEVANCE, ["LUNCH", "HEART", "RED", "LAMP"]),
    ],
)
def test_search_sorts_as_asked(order: ProductOrder, expected: list[str]) -> None:
    stocked()
    assert found(order=order) == expected


def test_search_filters_by_category_and_price() -> None:
    stocked()
    assert found(category="lights", order=ProductOrder.NAME) == ["LAMP", "HEART"]
    assert found(minimum_price=pounds("1.90"), maximum_price=pounds("2.55"), order=ProductOrder.NAME) == [
        "RED",
        "HEART",
    ]


def test_search_of_an_unknown_category_is_refused_but_an_empty_one_is_not() -> None:
    stocked()
    use(Catalog).put_products(categories=(CategoryDraft(slug="empty", name="Empty"),), products=())
    with pytest.raises(UnknownCategory):
        use(Catalog).search(category="nowhere")
    assert found(category="empty") == []


def test_pages_join_up_and_a_page_behind_the_last_still_knows_the_total() -> None:
    stocked()
    first = use(Catalog).search(order=ProductOrder.NAME, limit=3)
    second = use(Catalog).search(order=ProductOrder.NAME, limit=3, offset=3)
    behind = use(Catalog).search(order=ProductOrder.NAME, limit=3, offset=99)
    assert [p.sku for p in (*first.products, *second.products)] == ["LAMP", "LUNCH", "RED", "HEART"]
    assert (first.total, second.total, behind.total, behind.products) == (4, 4, 4, ())


def test_suggestions_are_by_word_beginning_and_popularity() -> None:
    stocked()
    assert [p.sku for p in use(Catalog).suggest(prefix="r")] == ["LUNCH", "RED"]
    assert [p.sku for p in use(Catalog).suggest(prefix="red retro")] == ["RED"]
    assert use(Catalog).suggest(prefix=" ") == ()


def test_putting_again_counts_and_tells_only_what_changed() -> None:
    stocked()
    assert event_names() == ["catalog.product_added"] * 4
    again = (draft("RED", "Red Retrospot Jumbo Bag", "2.05", popularity=50), draft("NEW", "New", "1.00"))
    unchanged = (draft("LUNCH", "Lunch Bag Red Spotty", "1.65", popularity=90),)
    assert use(Catalog).put_products(categories=CATEGORIES, products=again + unchanged) == 2
    assert sorted(event_names()[4:]) == ["catalog.price_changed", "catalog.product_added"]
    assert use(Catalog).product(sku=Sku("RED")).price == pounds("2.05")


def test_products_with_unacceptable_fields_are_refused_whole() -> None:
    for sku, name, category in (("no spaces", "A", "bags"), ("A", " ", "bags"), ("A", "A", "Not A Slug")):
        with pytest.raises(InvalidProduct):
            use(Catalog).put_products(
                categories=(), products=(draft("GOOD", "Good"), draft(sku, name, category=category))
            )
    with pytest.raises(InvalidPrice):
        use(Catalog).put_products(categories=(), products=(draft("A", "A", "0.00"),))
    assert use(Catalog).products(skus=(Sku("GOOD"),)) == {}


def test_new_price_holds_is_told_and_is_kept_with_who_and_why() -> None:
    stocked()
    with acting_as("operator:ann"):
        assert use(Catalog).change_price(sku=Sku("RED"), price=pounds("2.10"), reason="dearer").price == pounds("2.10")
    assert use(Catalog).product(sku=Sku("RED")).price == pounds("2.10")
    assert event_names()[-1] == "catalog.price_changed"
    row = PriceChangeRow.objects.get()
    assert (row.old_price, row.new_price, row.reason, row.actor) == (
        Decimal("1.95"),
        Decimal("2.10"),
        "dearer",
        "operator:ann",
    )


@pytest.mark.parametrize("amount", ["0", "-1.00", "1.999", "1e12", "NaN"])
def test_unacceptable_price_is_refused(amount: str) -> None:
    stocked()
    with pytest.raises(InvalidPrice):
        use(Catalog).change_price(sku=Sku("RED"), price=pounds(amount), reason="test")
    assert use(Catalog).product(sku=Sku("RED")).price == pounds("1.95")


def test_unknown_product_can_be_neither_priced_nor_withdrawn() -> None:
    with pytest.raises(UnknownProduct):
        use(Catalog).change_price(sku=Sku("NONE"), price=pounds("1.00"), reason="test")
    with pytest.raises(UnknownProduct):
        use(Catalog).withdraw(sku=Sku("NONE"), reason="test")


def test_withdrawn_product_is_not_found_by_search_but_still_answered_and_told_once() -> None:
    stocked()
    use(Catalog).withdraw(sku=Sku("RED"), reason="gone")
    assert not use(Catalog).withdraw(sku=Sku("RED"), reason="gone").on_sale
    assert "RED" not in found(text="bag")
    assert "RED" not in [p.sku for p in use(Catalog).suggest(prefix="red")]
    assert not use(Catalog).product(sku=Sku("RED")).on_sale
    assert event_names().count("catalog.product_withdrawn") == 1


def test_same_key_changes_the_price_once_and_another_intent_under_it_is_refused() -> None:
    stocked()
    for _ in range(2):
        use(Catalog, idempotency_key="k").change_price(sku=Sku("RED"), price=pounds("2.10"), reason="dearer")
    assert PriceChangeRow.objects.count() == 1
    with pytest.raises(IdempotencyKeyReuse):
        use(Catalog, idempotency_key="k").change_price(sku=Sku("RED"), price=pounds("2.20"), reason="dearer")


def test_five_thousand_products_are_put_in_a_few_statements() -> None:
    statements: list[str] = []

    def count(execute, sql, parameters, many, context):  # type: ignore[no-untyped-def]
        statements.append(sql)
        return execute(sql, parameters, many, context)

    many = tuple(draft(f"P{number}", f"Product {number}", "1.00") for number in range(5000))
    with connections["catalog"].execute_wrapper(count):
        assert use(Catalog).put_products(categories=CATEGORIES, products=many) == 5000
    assert len(statements) < 20
