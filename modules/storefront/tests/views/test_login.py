"""Sign-up, login and logout in the browser."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from contracts.customers import EmailTaken, InvalidProfile
from modules.storefront.attempts import LIMIT
from modules.storefront.tests.conftest import CUSTOMER, PASSWORD, Shop
from modules.storefront.visitor import cart_of_customer

LOGIN = {"email": CUSTOMER.email, "password": PASSWORD}
SIGN_UP = {"name": "Ada Pemberton", "email": CUSTOMER.email, "password": PASSWORD, "country": "United Kingdom"}


@pytest.fixture(autouse=True)
def _no_attempts() -> None:
    cache.clear()


def test_a_login_changes_the_session_key_and_keeps_the_customers_id(guest: Client) -> None:
    guest.post("/basket/add/22423/", {"quantity": "1"})
    before = guest.session.session_key
    assert guest.post("/login/", LOGIN)["Location"] == "/"
    assert guest.session.session_key != before
    assert guest.session["customer_id"] == str(CUSTOMER.customer_id)


def test_a_login_brings_the_guests_basket_along(guest: Client, shop: Shop) -> None:
    guest.post("/basket/add/22423/", {"quantity": "2"})
    source = guest.session["cart_id"]
    guest.post("/login/", LOGIN)
    [merge] = shop.orders.calls_of("merge_carts")
    assert str(merge["source"]) == source
    assert merge["target"] == cart_of_customer(CUSTOMER.customer_id)
    assert guest.session["cart_units"] == 2


def test_the_basket_waits_for_the_next_login(guest: Client) -> None:
    guest.post("/login/", LOGIN)
    guest.post("/basket/add/22423/", {"quantity": "2"})
    guest.post("/logout/")
    assert "customer_id" not in guest.session
    assert "There is nothing in it yet." in guest.get("/basket/").content.decode()
    guest.post("/login/", LOGIN)
    assert "£25.50" in guest.get("/basket/").content.decode()


def test_wrong_credentials_say_nothing_about_which_was_wrong(guest: Client) -> None:
    answer = guest.post("/login/", {**LOGIN, "password": "wrong"})
    assert answer.status_code == 422
    assert "do not belong together" in answer.content.decode()
    assert "customer_id" not in guest.session


def test_many_wrong_passwords_pause_the_account_even_for_the_right_one(guest: Client, shop: Shop) -> None:
    for _ in range(LIMIT):
        guest.post("/login/", {**LOGIN, "password": "wrong"})
    asked = len(shop.customers.calls_of("verify_password"))
    assert guest.post("/login/", LOGIN).status_code == 429
    assert len(shop.customers.calls_of("verify_password")) == asked


@pytest.mark.parametrize(("wanted", "to"), [("/checkout/", "/checkout/"), ("https://elsewhere.example/", "/")])
def test_a_login_goes_on_to_where_it_was_asked_for_inside_the_shop(guest: Client, wanted: str, to: str) -> None:
    assert guest.post("/login/", {**LOGIN, "next": wanted})["Location"] == to


def test_a_sign_up_makes_the_account_and_logs_in(guest: Client, shop: Shop) -> None:
    shop.customers.answer("sign_up", CUSTOMER)
    text = guest.post("/sign-up/", SIGN_UP, follow=True).content.decode()
    assert "Your account is ready" in text
    assert shop.customers.calls_of("sign_up")[0]["country"] == "United Kingdom"


def test_what_customers_refuses_is_shown_beside_its_field(guest: Client, shop: Shop) -> None:
    shop.customers.fail("sign_up", EmailTaken(email=CUSTOMER.email))
    assert "id_email_error" in guest.post("/sign-up/", SIGN_UP).content.decode()
    shop.customers.fail("sign_up", InvalidProfile(field="password", reason="this password is too common"))
    text = guest.post("/sign-up/", SIGN_UP).content.decode()
    assert "id_password_error" in text
    assert "This password is too common." in text


def test_logging_out_takes_a_post(customer: Client) -> None:
    assert customer.get("/logout/").status_code == 405
    assert "customer_id" in customer.session


def test_the_demo_login_is_shown_in_demo_mode_only(guest: Client, settings: Any) -> None:
    settings.SEAMLINE_DEMO_LOGINS = {"Customer login": "demo@example.com / a-demo-password"}
    settings.DEMO = True
    assert "a-demo-password" in guest.get("/login/").content.decode()
    settings.DEMO = False
    assert "a-demo-password" not in guest.get("/login/").content.decode()
