"""What operators see and do: every list and page opens, no row can be edited, money goes back by the use case."""

from __future__ import annotations

import re

import pytest
from django.contrib.admin.utils import quote
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from contracts.payments import Payments
from modules.payments.tests.helpers import authorised, captured, card, pounds, rows
from seamline.calls import use

FORM = {"amount": "4.00", "reason": "broken", "key": "once", "_form_submitted": "on"}


@pytest.fixture
def client(database: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("olivia", password="irrelevant here"))
    return client


def test_every_list_and_page_opens_and_shows_no_token(client: Client) -> None:
    order_id = captured()
    token = card()
    entry = rows("SELECT id FROM ledger_entry ORDER BY id LIMIT 1")[0][0]
    for model, key, search, found in (
        ("paymentrow", order_id, str(order_id), 1),
        ("paymentrow", order_id, "4242", 1),
        ("providerrequest", f"capture:{order_id}", f"capture:{order_id}", 1),
        ("ledgerentry", entry, str(order_id), 6),
        ("storedmethod", token, "4242", 2),
    ):
        listing = client.get(reverse(f"admin:payments_{model}_changelist"), {"q": search})
        assert listing.status_code == 200
        assert listing.context["cl"].result_count == found
        page = client.get(reverse(f"admin:payments_{model}_change", args=[quote(key)]))
        assert page.status_code == 200
        assert token not in re.sub(f"storedmethod/({token}|{quote(token)})", "", page.content.decode())
        assert client.get(reverse(f"admin:payments_{model}_delete", args=[quote(key)])).status_code == 403
        assert client.get(reverse(f"admin:payments_{model}_add")).status_code == 403
    for model in ("paymentrow", "providerrequest", "ledgerentry", "storedmethod"):
        listing = client.get(reverse(f"admin:payments_{model}_changelist"), {"q": "no such thing"})
        assert (listing.status_code, listing.context["cl"].result_count) == (200, 0)


def test_operator_gives_money_back_and_a_doubled_click_counts_once(client: Client) -> None:
    order_id = captured("10.00")
    url = reverse("admin:payments_paymentrow_refund_payment", args=[order_id])
    assert b"reason" in client.get(url).content
    assert client.post(url, FORM).status_code == 302
    assert client.post(url, FORM, headers={"HX-Request": "true"}).headers["HX-Redirect"]
    assert use(Payments).payment(order_id=order_id).refunded == pounds("4.00")


@pytest.mark.parametrize(("amount", "told"), [("10.01", "At most £10.00 is left"), ("4.00", "this one is authorised")])
def test_refused_refund_is_told_and_moves_nothing(client: Client, amount: str, told: str) -> None:
    order_id = authorised("10.00") if "authorised" in told else captured("10.00")
    url = reverse("admin:payments_paymentrow_refund_payment", args=[order_id])
    assert told in client.post(url, FORM | {"amount": amount}, follow=True).content.decode()
    assert use(Payments).payment(order_id=order_id).refunded == pounds("0.00")


def test_operator_without_the_right_may_not_give_money_back(database: None) -> None:
    order_id = captured()
    client = Client()
    client.force_login(User.objects.create_user("victor", password="irrelevant here", is_staff=True))
    assert client.post(reverse("admin:payments_paymentrow_refund_payment", args=[order_id]), FORM).status_code == 403
    assert use(Payments).payment(order_id=order_id).refunded == pounds("0.00")


def test_operator_books_a_chargeback_and_a_doubled_click_counts_once(client: Client) -> None:
    order_id = captured("10.00")
    url = reverse("admin:payments_paymentrow_charge_payment_back", args=[order_id])
    assert b"reason" in client.get(url).content
    assert client.post(url, FORM).status_code == 302
    assert client.post(url, FORM, headers={"HX-Request": "true"}).headers["HX-Redirect"]
    assert use(Payments).payment(order_id=order_id).charged_back == pounds("4.00")
    page = client.get(reverse("admin:payments_paymentrow_change", args=[order_id])).content.decode()
    assert f"payment charged back · operator:olivia · {FORM['reason']}" in page
