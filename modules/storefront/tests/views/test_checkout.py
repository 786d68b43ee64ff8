"""The checkout in the browser: one form, one order, errors beside their fields."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.test import Client

from contracts.inventory import Shortfall
from contracts.kernel import OrderId, Sku
from contracts.orders import InvalidCheckout, PaymentFailed, StockRanOut
from contracts.payments import InvalidCard
from modules.storefront.tests.conftest import ADDRESS, Shop
from seamline.contract import ContractError, DeadlineExceeded, ModuleUnavailable

FORM = {
    "email": "guest@example.com",
    "name": "Grace Hall",
    "line1": "1 High Street",
    "line2": "",
    "city": "York",
    "postcode": "YO1 7HH",
    "country": "United Kingdom",
    "card_number": "4242 4242 4242 4242",
    "card_expiry": "04 / 39",
    "card_code": "123",
}


def ticket_in(text: str) -> str:
    found = re.search(r'name="ticket" value="([^"]+)"', text)
    assert found, text[:2000]
    return found[1]


def filled(client: Client, **changes: str) -> dict[str, Any]:
    """The form with a ticket as the page gave it."""
    client.post("/basket/add/22423/", {"quantity": "2"})
    text = client.get("/checkout/").content.decode()
    return {**FORM, "ticket": ticket_in(text), **changes}


def test_a_guest_buys_and_sees_the_order(guest: Client, shop: Shop) -> None:
    answer = guest.post("/checkout/", filled(guest), follow=True)
    text = answer.content.decode()
    assert "Thank you, Grace" in text
    assert "£25.50" in text
    [asked] = shop.orders.calls_of("place_order")
    assert (asked["email"], asked["ship_to"].city, asked["customer_id"]) == ("guest@example.com", "York", None)
    [card] = shop.payments.calls_of("register_card")
    assert (card["number"], card["expiry_month"], card["expiry_year"]) == ("4242424242424242", 4, 2039)
    assert 'aria-label="2 items"' not in text


def test_the_same_form_sent_twice_is_one_order(guest: Client, shop: Shop) -> None:
    form = filled(guest)
    first = guest.post("/checkout/", form)
    second = guest.post("/checkout/", form)
    assert first["Location"] == second["Location"]
    assert len(shop.placed) == 1
    keys = {call.idempotency_key for call in shop.orders.calls if call.operation == "place_order"}
    assert len(keys) == 1


def test_a_new_form_after_an_order_is_another_order(guest: Client, shop: Shop) -> None:
    guest.post("/checkout/", filled(guest))
    guest.post("/checkout/", filled(guest))
    assert len(shop.placed) == 2


def test_a_saved_address_needs_no_typing(customer: Client, shop: Shop) -> None:
    empty = dict.fromkeys(("name", "line1", "city", "postcode"), "")
    form = filled(customer, send_to=str(uuid.UUID(int=9)), **empty)
    assert customer.post("/checkout/", form).status_code == 302
    assert shop.orders.calls_of("place_order")[0]["ship_to"] == ADDRESS


def test_another_address_is_used_and_kept_when_asked(customer: Client, shop: Shop) -> None:
    form = filled(customer, send_to="new", keep_address="on")
    assert customer.post("/checkout/", form).status_code == 302
    assert shop.orders.calls_of("place_order")[0]["ship_to"].city == "York"
    assert shop.customers.calls_of("save_address")[0]["address"].city == "York"


def test_the_order_stands_when_the_address_cannot_be_kept(customer: Client, shop: Shop) -> None:
    shop.customers.fail("save_address", ModuleUnavailable(operation="customers.save_address", reason="away"))
    answer = customer.post("/checkout/", filled(customer, send_to="new", keep_address="on"), follow=True)
    assert "could not keep the address" in answer.content.decode()
    assert len(shop.placed) == 1


@pytest.mark.parametrize(
    ("operation", "error", "field"),
    [
        ("register_card", InvalidCard(field="number", reason="this number is not a card's"), "card_number"),
        ("register_card", InvalidCard(field="expiry_month", reason="between 1 and 12"), "card_expiry"),
        ("register_card", InvalidCard(field="security_code", reason="three digits"), "card_code"),
        ("place_order", InvalidCheckout(field="email", reason="no such domain"), "email"),
        ("place_order", InvalidCheckout(field="ship_to.postcode", reason="not a postcode"), "postcode"),
        ("place_order", PaymentFailed(order_id=OrderId(uuid.UUID(int=1)), reason="card_declined"), "card_number"),
    ],
)
def test_an_error_is_shown_beside_the_field_that_it_names(
    guest: Client, shop: Shop, operation: str, error: ContractError, field: str
) -> None:
    form = filled(guest)
    (shop.payments if operation == "register_card" else shop.orders).fail(operation, error)
    answer = guest.post("/checkout/", form)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in text
    assert 'aria-invalid="true"' in text
    assert ticket_in(text) != form["ticket"], "a new try is a new intent"


def test_what_ran_out_is_named_and_nothing_is_charged(guest: Client, shop: Shop) -> None:
    form = filled(guest)
    shortfall = Shortfall(sku=Sku("22423"), requested=2, available=1)
    shop.orders.fail("place_order", StockRanOut(order_id=OrderId(uuid.UUID(int=1)), shortfalls=(shortfall,)))
    text = guest.post("/checkout/", form).content.decode()
    assert "Only 1 left of Regency cakestand 3 tier." in text
    assert "Nothing was charged" in text


def test_an_unknown_outcome_keeps_the_ticket_so_that_nobody_pays_twice(guest: Client, shop: Shop) -> None:
    form = filled(guest)
    shop.orders.fail("place_order", DeadlineExceeded(operation="orders.place_order"))
    text = guest.post("/checkout/", form).content.decode()
    assert "you will not be charged twice" in text
    shop.orders.do("place_order", shop.place_order)
    assert guest.post("/checkout/", {**form, "ticket": ticket_in(text)}).status_code == 302
    keys = {call.idempotency_key for call in shop.orders.calls if call.operation == "place_order"}
    assert len(keys) == 1


def test_a_forged_ticket_starts_over_and_calls_nobody(guest: Client, shop: Shop) -> None:
    form = filled(guest, ticket="forged")
    assert guest.post("/checkout/", form)["Location"] == "/checkout/"
    assert shop.payments.calls_of("register_card") == []


@pytest.mark.parametrize("expiry", ["0439", "4", "ab/cd", "04/2"])
def test_an_expiry_that_cannot_be_read_never_reaches_payments(guest: Client, shop: Shop, expiry: str) -> None:
    text = guest.post("/checkout/", filled(guest, card_expiry=expiry)).content.decode()
    assert "id_card_expiry_error" in text
    assert shop.payments.calls_of("register_card") == []


def test_the_card_is_never_sent_back_to_the_browser(guest: Client) -> None:
    text = guest.post("/checkout/", filled(guest, email="no address")).content.decode()
    assert '4242 4242 4242 4242"' not in text
    assert 'value="123"' not in text


def test_an_empty_basket_cannot_be_checked_out(guest: Client) -> None:
    assert guest.get("/checkout/")["Location"] == "/basket/"


def test_the_checkout_is_never_cached(guest: Client) -> None:
    guest.post("/basket/add/22423/", {"quantity": "1"})
    assert "no-store" in guest.get("/checkout/")["Cache-Control"]
