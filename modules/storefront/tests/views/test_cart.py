"""The basket in the browser."""

from __future__ import annotations

import pytest
from django.test import Client

from contracts.kernel import Sku
from contracts.orders import InvalidQuantity, NotForSale
from modules.storefront.tests.conftest import Shop


def test_adding_redirects_back_announces_it_and_counts_it_in_the_header(guest: Client) -> None:
    answer = guest.post("/basket/add/22423/", {"quantity": "3"}, follow=True)
    assert answer.redirect_chain == [("/products/22423/", 302)]
    text = answer.content.decode()
    assert "3 in your basket." in text
    assert 'aria-live="polite"' in text
    assert 'aria-label="3 items"' in text


def test_the_basket_shows_lines_and_total(guest: Client) -> None:
    guest.post("/basket/add/22423/", {"quantity": "3"})
    guest.post("/basket/add/47566/", {"quantity": "1"})
    text = guest.get("/basket/").content.decode()
    assert "£38.25" in text
    assert "£43.20" in text


def test_a_quantity_can_be_changed_and_taken_out(guest: Client, shop: Shop) -> None:
    guest.post("/basket/add/22423/", {"quantity": "3"})
    assert "£25.50" in guest.post("/basket/change/22423/", {"quantity": "2"}, follow=True).content.decode()
    text = guest.post("/basket/change/22423/", {"quantity": "2", "remove": "1"}, follow=True).content.decode()
    assert "Taken out of your basket." in text
    assert "There is nothing in it yet." in text
    assert shop.orders.calls_of("change_cart")[-1]["quantity"] == 0


@pytest.mark.parametrize("quantity", ["0", "-1", "1.5", "many", "", "٣", "99999999"])
def test_a_quantity_that_is_no_whole_number_never_reaches_orders(guest: Client, shop: Shop, quantity: str) -> None:
    text = guest.post("/basket/add/22423/", {"quantity": quantity}, follow=True).content.decode()
    assert "Give a whole number" in text
    assert shop.orders.calls_of("add_to_cart") == []


def test_what_orders_refuses_is_explained(guest: Client, shop: Shop) -> None:
    shop.orders.fail("add_to_cart", InvalidQuantity(sku=Sku("22423"), quantity=5000, largest=1000))
    text = guest.post("/basket/add/22423/", {"quantity": "5000"}, follow=True).content.decode()
    assert "between 1 and 1,000" in text
    shop.orders.fail("add_to_cart", NotForSale(skus=(Sku("22423"),)))
    assert "no longer on sale" in guest.post("/basket/add/22423/", follow=True).content.decode()


def test_more_than_there_is_blocks_the_checkout_with_a_reason(guest: Client) -> None:
    guest.post("/basket/add/22086/", {"quantity": "4"})
    text = guest.get("/basket/").content.decode()
    assert "Only 3 left." in text
    assert "Go to checkout" not in text


def test_a_redirect_never_leaves_the_shop(guest: Client) -> None:
    answer = guest.post("/basket/add/22423/", {"quantity": "1", "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/products/22423/"


def test_writing_without_a_csrf_token_is_refused(database: None, shop: Shop) -> None:
    browser = Client(enforce_csrf_checks=True)
    assert browser.post("/basket/add/22423/", {"quantity": "1"}).status_code == 403
    assert shop.orders.calls == []
