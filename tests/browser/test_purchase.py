"""Buying something, in all the ways that it can go."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from contracts.inventory import Inventory
from contracts.kernel import Sku
from seamline.calls import use
from seamline.testing import wait_until

APPROVED, DECLINED = "4242 4242 4242 4242", "4000 0000 0000 0002"
PASSPHRASE = "correct horse battery"


def put_in_basket(page: Page, sku: str, quantity: int = 1) -> None:
    page.goto(f"/products/{sku}/")
    page.get_by_label("Quantity").fill(str(quantity))
    page.get_by_role("button", name="Add to basket").click()


def fill_checkout(page: Page, *, card: str, email: bool = True) -> None:
    page.goto("/checkout/")
    if email:
        page.locator("[name=email]").fill("ada@example.com")
    for name, value in {
        "name": "Ada Example",
        "line1": "1 Mill Road",
        "city": "Cambridge",
        "postcode": "CB1 2AB",
        "card_number": card,
        "card_expiry": "12/30",
        "card_code": "123",
    }.items():
        page.locator(f"[name={name}]").fill(value)


def pay(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Pay")).click()


def available(sku: str) -> int:
    return use(Inventory).availability(skus=(Sku(sku),))[Sku(sku)]


def assert_fits(page: Page) -> None:
    """Nothing makes the page scroll sideways."""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_guest_finds_a_product_and_buys_it(page: Page) -> None:
    page.goto("/")
    assert_fits(page)
    page.get_by_label("Search the shop").fill("retrospot")
    page.get_by_label("Search the shop").press("Enter")
    page.wait_for_url(re.compile(r"/search/"))  # the home page shows the product too
    page.get_by_role("link", name=re.compile("Red Retrospot Jumbo Bag")).first.click()
    assert_fits(page)
    page.get_by_label("Quantity").fill("2")
    page.get_by_role("button", name="Add to basket").click()
    page.goto("/basket/")
    expect(page.locator("main")).to_contain_text("£4.16")
    assert_fits(page)
    fill_checkout(page, card=APPROVED)
    assert_fits(page)
    pay(page)
    expect(page).to_have_url(re.compile(r"/orders/[0-9a-f-]+/thanks/"))
    expect(page.locator("main")).to_contain_text("£4.16")
    assert_fits(page)
    assert available("BAG1") == 23
    page.goto("/basket/")
    expect(page.locator("main")).to_contain_text("nothing in it")


def test_declined_card_keeps_the_basket_and_gives_the_stock_back(page: Page) -> None:
    put_in_basket(page, "BAG1")
    fill_checkout(page, card=DECLINED)
    pay(page)
    expect(page.locator("main")).to_contain_text(re.compile("declined", re.IGNORECASE))
    assert available("BAG1") == 25
    page.goto("/basket/")
    expect(page.locator("main")).to_contain_text("Red Retrospot Jumbo Bag")
    fill_checkout(page, card=APPROVED)
    pay(page)
    expect(page).to_have_url(re.compile(r"/thanks/"))
    assert available("BAG1") == 24


def test_last_one_is_sold_once_and_the_second_visitor_is_told(page: Page, shop: str) -> None:
    put_in_basket(page, "LIGHT1")
    browser = page.context.browser
    assert browser is not None
    other = browser.new_context(base_url=shop).new_page()
    put_in_basket(other, "LIGHT1")
    fill_checkout(page, card=APPROVED)
    fill_checkout(other, card=APPROVED)
    pay(page)
    expect(page).to_have_url(re.compile(r"/thanks/"))
    pay(other)
    expect(other.locator("main")).to_contain_text(re.compile("sold out|left|stock", re.IGNORECASE))
    expect(other).not_to_have_url(re.compile(r"/thanks/"))
    assert available("LIGHT1") == 0
    other.context.close()


def test_customer_signs_up_buys_sees_the_order_and_cancels_it(page: Page) -> None:
    page.goto("/sign-up/")
    page.locator("[name=email]").fill("grace@example.com")
    page.locator("[name=name]").fill("Grace Example")
    for field in page.locator("input[type=password]").all():
        field.fill(PASSPHRASE)
    page.locator("main form button").last.click()
    expect(page).not_to_have_url(re.compile("/sign-up/"))
    put_in_basket(page, "BAG2", 3)
    fill_checkout(page, card=APPROVED, email=False)
    pay(page)
    expect(page).to_have_url(re.compile(r"/thanks/"))
    page.goto("/orders/")
    expect(page.locator("main")).to_contain_text("£4.95")
    assert_fits(page)
    page.locator("main a[href^='/orders/']").first.click()
    expect(page.locator("main")).to_contain_text("Lunch Bag Red Spotty")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name=re.compile("Cancel", re.IGNORECASE)).first.click()
    expect(page.locator("main")).to_contain_text(re.compile("cancelled", re.IGNORECASE))
    wait_until(lambda: available("BAG2") == 25, what="the stock to return")


def test_pressing_pay_twice_makes_one_order(page: Page) -> None:
    put_in_basket(page, "BAG1")
    fill_checkout(page, card=APPROVED)
    page.evaluate(
        "() => { const form = document.querySelector('form[data-once]');"
        " const data = new URLSearchParams(new FormData(form));"
        " window.sent = Promise.all([1, 2, 3].map(() => fetch(form.action || location.href,"
        " {method: 'POST', body: data}).then(answer => answer.url))); }"
    )
    urls = page.evaluate("() => window.sent")
    assert len({url for url in urls if "/thanks/" in url}) == 1, urls
    assert available("BAG1") == 24


@pytest.mark.parametrize(
    "path", ["/", "/search/?q=bag", "/categories/bags/", "/products/BAG1/", "/basket/", "/login/", "/about/"]
)
def test_page_fits_and_every_field_has_a_name(page: Page, path: str) -> None:
    page.goto(path)
    assert_fits(page)
    nameless = page.evaluate(
        "() => [...document.querySelectorAll('input:not([type=hidden]), select, textarea, button')].filter(field =>"
        " !(field.labels && field.labels.length) && !field.getAttribute('aria-label') && !field.textContent.trim()"
        ").map(field => field.outerHTML)"
    )
    assert nameless == []
    assert page.locator("h1").count() == 1
