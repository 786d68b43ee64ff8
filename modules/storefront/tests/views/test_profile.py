"""The customer's own page in the browser."""

from __future__ import annotations

import uuid
from dataclasses import replace

from django.test import Client

from contracts.customers import AddressId, InvalidProfile, UnknownAddress, WrongCredentials
from modules.storefront.tests.conftest import ADDRESS, CUSTOMER, Shop

SAVED = uuid.UUID(int=9)
FORM = {"name": "Ada", "line1": "1 Mill Lane", "city": "Wells", "postcode": "BA5 1AA", "country": "United Kingdom"}


def test_the_profile_shows_name_and_addresses(customer: Client) -> None:
    text = customer.get("/profile/").content.decode()
    assert CUSTOMER.email in text
    assert ADDRESS.line1 in text
    assert "4 March 2011" in text


def test_guests_have_no_profile(guest: Client, shop: Shop) -> None:
    assert guest.get("/profile/")["Location"] == "/login/?next=%2Fprofile%2F"
    assert guest.post("/profile/details/", {"name": "X"})["Location"] == "/login/?next=%2Fprofile%2F"
    assert shop.customers.calls_of("change_profile") == []


def test_a_new_name_is_in_the_header_at_once(customer: Client, shop: Shop) -> None:
    shop.customers.answer("change_profile", replace(CUSTOMER, name="Augusta King"))
    customer.post("/profile/details/", {"name": "Augusta King", "country": "France"})
    assert shop.customers.calls_of("change_profile")[0]["country"] == "France"
    assert "Augusta" in customer.get("/about/").content.decode()


def test_a_wrong_old_password_is_shown_beside_its_field(customer: Client, shop: Shop) -> None:
    shop.customers.fail("change_password", WrongCredentials())
    answer = customer.post("/profile/password/", {"old_password": "x", "new_password": "y" * 12})
    assert answer.status_code == 422
    assert "id_old_password_error" in answer.content.decode()


def test_a_new_password_changes_the_session_key(customer: Client, shop: Shop) -> None:
    shop.customers.answer("change_password", None)
    before = customer.session.session_key
    customer.post("/profile/password/", {"old_password": "x", "new_password": "y" * 12})
    assert customer.session.session_key != before


def test_an_address_is_added_changed_and_removed(customer: Client, shop: Shop) -> None:
    customer.post("/profile/addresses/new/", FORM)
    customer.post(f"/profile/addresses/{SAVED}/", {**FORM, "make_default": "on"})
    added, changed = shop.customers.calls_of("save_address")
    assert (added["address_id"], added["make_default"]) == (None, False)
    assert (changed["address_id"], changed["make_default"]) == (SAVED, True)
    shop.customers.answer("remove_address", None)
    assert customer.post(f"/profile/addresses/{SAVED}/remove/")["Location"] == "/profile/#addresses"


def test_what_is_wrong_with_an_address_is_shown_beside_its_field(customer: Client, shop: Shop) -> None:
    shop.customers.fail("save_address", InvalidProfile(field="postcode", reason="too long"))
    answer = customer.post("/profile/addresses/new/", FORM)
    assert answer.status_code == 422
    assert "id_postcode_error" in answer.content.decode()


def test_an_address_that_is_not_the_customers_is_not_found(customer: Client, shop: Shop) -> None:
    other = uuid.uuid4()
    assert customer.get(f"/profile/addresses/{other}/").status_code == 404
    shop.customers.fail("save_address", UnknownAddress(address_id=AddressId(other)))
    assert customer.post(f"/profile/addresses/{other}/", FORM).status_code == 404
