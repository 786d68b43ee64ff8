"""Pages of products: what they show, what they do without, how many calls they make."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from contracts.catalog import ProductOrder, ProductPage
from contracts.kernel import Money
from modules.storefront.tests.conftest import Shop
from seamline.contract import ModuleUnavailable

AWAY = ModuleUnavailable(operation="any", reason="away")


def html(client: Client, path: str, *, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.content.decode()[:500]
    return answer.content.decode()


def test_home_shows_popular_products_departments_and_the_source_of_the_data(guest: Client) -> None:
    text = html(guest, "/")
    assert "Party bunting" in text
    assert "Kitchen and dining" in text
    assert "10.24432/C5BW33" in text
    assert "For you" not in text


def test_home_greets_a_customer_with_recommendations_and_their_reason(customer: Client) -> None:
    text = html(customer, "/")
    assert "For you, Ada" in text
    assert "Goes with Regency cakestand 3 tier" in text


@pytest.mark.parametrize("absent", ["recommendations", "inventory"])
def test_home_is_shown_while_a_part_is_away(customer: Client, shop: Shop, absent: str) -> None:
    for operation in ("for_customer",) if absent == "recommendations" else ("availability",):
        getattr(shop, absent).fail(operation, AWAY)
    assert "Party bunting" in html(customer, "/")


def test_home_without_catalog_says_that_the_shop_comes_back(guest: Client, shop: Shop) -> None:
    shop.catalog.fail("search", AWAY)
    assert "Back in a moment" in html(guest, "/", status=503)


def test_a_list_of_any_length_takes_the_same_few_calls(guest: Client, shop: Shop) -> None:
    html(guest, "/search/")
    fakes = (shop.catalog, shop.inventory, shop.orders, shop.customers, shop.recommendations)
    assert sum(len(fake.calls) for fake in fakes) == 3, "search, categories, availability"


def test_a_category_is_filtered_and_sorted_by_the_catalog(guest: Client, shop: Shop) -> None:
    html(guest, "/categories/garden/?price_from=1.50&price_to=9&sort=price_descending&page=2")
    [asked] = shop.catalog.calls_of("search")
    assert asked["category"] == "garden"
    assert asked["minimum_price"] == Money(amount=Decimal("1.50"))
    assert asked["maximum_price"] == Money(amount=Decimal(9))
    assert (asked["order"], asked["offset"]) == (ProductOrder.PRICE_DESCENDING, 24)


def test_a_price_that_is_none_is_reported_beside_its_field(guest: Client, shop: Shop) -> None:
    text = html(guest, "/search/?price_from=cheap")
    assert 'id="id_price_from_error"' in text
    assert shop.catalog.calls_of("search")[0]["minimum_price"] is None


def test_an_unknown_category_is_not_found(guest: Client) -> None:
    assert "We looked on every shelf" in html(guest, "/categories/nothing/", status=404)


def test_pages_link_their_neighbours_and_keep_the_search(guest: Client, shop: Shop) -> None:
    product = next(iter(shop.products.values()))
    shop.catalog.answer("search", ProductPage(products=(product,) * 24, total=24 * 9 + 1))
    text = html(guest, "/search/?q=tea&page=5")
    assert "page 5 of 10" in text
    assert 'rel="next" href="?q=tea&amp;page=6"' in text


def test_what_was_searched_for_is_escaped(guest: Client, shop: Shop) -> None:
    shop.catalog.answer("search", ProductPage(products=(), total=0))
    text = html(guest, "/search/?q=<script>alert(1)</script>")
    assert "<script>alert" not in text
    assert "Nothing here matches" in text


def test_suggestions_are_plain_json_and_empty_while_the_catalog_is_away(guest: Client, shop: Shop) -> None:
    [first, *_] = guest.get("/search/suggest?q=tea").json()["products"]
    assert first == {
        "name": "Green Regency teacup and saucer",
        "price": "£2.95",
        "url": "/products/22697/",
    }
    assert guest.get("/search/suggest?q=t").json() == {"products": []}
    shop.catalog.fail("suggest", AWAY)
    assert guest.get("/search/suggest?q=tea").json() == {"products": []}


def test_a_product_shows_price_stock_and_what_others_bought(guest: Client) -> None:
    text = html(guest, "/products/22423/")
    assert "£12.75" in text
    assert "In stock" in text
    assert "Customers also bought" in text
    assert "Bought together 700 times" in text


def test_a_product_shows_its_department_instead_while_recommendations_are_away(guest: Client, shop: Shop) -> None:
    shop.recommendations.fail("also_bought", AWAY)
    text = html(guest, "/products/22423/")
    assert "Customers also bought" not in text
    assert "More from Kitchen and dining" in text
    assert "Add to basket" in text


def test_a_sold_out_product_cannot_be_put_in_the_basket(guest: Client, shop: Shop) -> None:
    shop.inventory.do("availability", lambda skus: dict.fromkeys(skus, 0))
    text = html(guest, "/products/22423/")
    assert "Sold out" in text
    assert "Add to basket" not in text


def test_a_product_sells_on_while_the_inventory_is_away(guest: Client, shop: Shop) -> None:
    shop.inventory.fail("availability", AWAY)
    text = html(guest, "/products/22423/")
    assert "We check the stock when you order" in text
    assert "Add to basket" in text


def test_an_unknown_product_is_not_found(guest: Client) -> None:
    html(guest, "/products/NONE/", status=404)


def test_a_picture_is_kept_for_a_year_and_an_unknown_one_is_not_found(guest: Client) -> None:
    answer = guest.get("/art/1/bag-red-retrospot-3.svg")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/svg+xml")
    assert "immutable" in answer["Cache-Control"]
    for name in ("bag-red-retrospot-99", "bag-red", "dragon-red-plain-1", "bag-red-plain-x"):
        assert guest.get(f"/art/1/{name}.svg").status_code == 404


def test_about_names_author_and_licence(guest: Client) -> None:
    text = html(guest, "/about/")
    assert "Daqing Chen" in text
    assert "Creative Commons Attribution 4.0" in text
