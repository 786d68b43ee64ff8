"""Wallets and gift cards over HTTP: my own wallet for me, all for operators, a gift card for whoever has its code."""

from __future__ import annotations

import uuid

import pytest
from django.contrib.admin.utils import quote
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from contracts.payments import Payments
from modules.payments.api.stored_value_views import GiftCardBalances, GiftCardTokens
from modules.payments.tests.helpers import filled_wallet, issued, new_order, pounds, rows
from seamline.calls import use
from seamline.web.principal import Principal
from seamline.web.throttling import CredentialThrottle

pytestmark = pytest.mark.usefixtures("database")
PAYMENTS = "/api/v1/payments/"
TOP_UP = {"amount": "5.00", "reason": "late parcel"}
GIFT = {"amount": "20.00", "recipient": "bob@example.com", "message": "Happy birthday"}


def client_of(principal: Principal | None) -> APIClient:
    client = APIClient()
    client.force_authenticate(principal)
    return client


@pytest.fixture
def operator() -> APIClient:
    return client_of(Principal(operator="olivia", permissions=frozenset(("*",))))


def test_customer_sees_and_spends_the_own_wallet() -> None:
    customer_id = filled_wallet("10.00")
    filled_wallet("99.00")
    mine = client_of(Principal(customer_id=customer_id))
    assert mine.get(f"{PAYMENTS}wallet/").json() == {
        "customer_id": str(customer_id),
        "balance": {"amount": "10.00", "currency": "GBP"},
        "available": {"amount": "10.00", "currency": "GBP"},
    }
    answer = mine.post(f"{PAYMENTS}wallet/tokens/")
    assert answer.status_code == 201
    token = answer.json().pop("token")
    use(Payments).authorise(order_id=new_order(), amount=pounds("4.00"), payment_method=token)
    assert mine.get(f"{PAYMENTS}wallet/").json()["available"] == {"amount": "6.00", "currency": "GBP"}


def test_wallet_that_was_never_topped_up_is_empty() -> None:
    nobody_yet = client_of(Principal(customer_id=uuid.uuid4()))
    assert nobody_yet.get(f"{PAYMENTS}wallet/").json()["balance"] == {"amount": "0.00", "currency": "GBP"}


def test_two_tokens_are_never_the_same_whatever_key_is_sent() -> None:
    mine = client_of(Principal(customer_id=filled_wallet()))
    tokens = {
        mine.post(f"{PAYMENTS}wallet/tokens/", headers={"Idempotency-Key": "1"}).json()["token"] for _ in range(2)
    }
    assert len(tokens) == 2


@pytest.mark.parametrize(
    "principal",
    [None, Principal(customer_id=uuid.uuid4()), Principal(operator="new", permissions=frozenset(("payments.x",)))],
    ids=["nobody", "customer", "operator without permissions"],
)
def test_only_operators_who_may_see_or_change_what_is_not_theirs(principal: Principal | None) -> None:
    customer_id, gift, client = filled_wallet("10.00"), issued("5.00"), client_of(principal)
    refused = (401, 403)
    assert client.get(f"{PAYMENTS}wallets/{customer_id}/").status_code in refused
    assert client.post(f"{PAYMENTS}wallets/{customer_id}/top-ups/", TOP_UP, format="json").status_code in refused
    assert client.post(f"{PAYMENTS}gift-cards/", GIFT, format="json").status_code in refused
    block = client.post(f"{PAYMENTS}gift-cards/{gift.card_id}/block/", {"reason": "x"}, format="json")
    assert block.status_code in refused
    if principal is None or principal.customer_id is None:
        assert client.get(f"{PAYMENTS}wallet/").status_code in refused
        assert client.post(f"{PAYMENTS}wallet/tokens/").status_code in refused
    assert rows("SELECT sum(balance), bool_or(is_blocked) FROM stored_value") == [(15, False)]


def test_operator_tops_up_once_a_key_and_the_log_says_who_and_why(operator: APIClient) -> None:
    customer_id = filled_wallet("10.00")
    for _ in range(2):
        answer = operator.post(
            f"{PAYMENTS}wallets/{customer_id}/top-ups/", TOP_UP, format="json", headers={"Idempotency-Key": "k"}
        )
        assert (answer.status_code, answer.json()["balance"]["amount"]) == (200, "15.00")
    assert operator.get(f"{PAYMENTS}wallets/{customer_id}/").json()["balance"]["amount"] == "15.00"
    history = operator.get(f"{PAYMENTS}ledger/wallet/{customer_id}/history/").json()["events"]
    assert (history[-1]["actor"], history[-1]["reason"]) == ("operator:olivia", "late parcel")


def test_gift_card_is_issued_shown_spent_and_blocked(operator: APIClient) -> None:
    made = operator.post(f"{PAYMENTS}gift-cards/", GIFT, format="json")
    assert made.status_code == 201
    card_id, code = made.json()["card_id"], {"code": made.json()["code"].lower()}
    guest = APIClient()
    assert guest.post(f"{PAYMENTS}gift-cards/balance/", code, format="json").json() == {
        "balance": {"amount": "20.00", "currency": "GBP"},
        "available": {"amount": "20.00", "currency": "GBP"},
        "message": "Happy birthday",
        "is_blocked": False,
    }
    method = guest.post(f"{PAYMENTS}gift-cards/tokens/", code, format="json")
    assert method.status_code == 201
    use(Payments).authorise(order_id=new_order(), amount=pounds("20.00"), payment_method=method.json()["token"])
    blocked = operator.post(f"{PAYMENTS}gift-cards/{card_id}/block/", {"reason": "stolen"}, format="json")
    assert blocked.status_code == 204
    assert guest.post(f"{PAYMENTS}gift-cards/balance/", code, format="json").json()["is_blocked"] is True
    history = operator.get(f"{PAYMENTS}ledger/gift_card/{card_id}/history/").json()["events"]
    assert history[0]["data"]["code_hash"] == "[hidden]"


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("gift-cards/balance/", {"code": "0000-0000-0000-0000"}, 404, "payments.unknown_gift_card"),
        ("gift-cards/tokens/", {"code": "x"}, 404, "payments.unknown_gift_card"),
        ("gift-cards/tokens/", {"code": ""}, 400, "invalid_input"),
        ("gift-cards/tokens/", {"code": "0" * 41}, 400, "invalid_input"),
        ("gift-cards/", GIFT | {"amount": "0.00"}, 400, "invalid_input"),
        ("gift-cards/", GIFT | {"recipient": "nobody"}, 400, "invalid_input"),
        ("gift-cards/", GIFT | {"message": "x" * 501}, 400, "invalid_input"),
        (f"gift-cards/{uuid.UUID(int=0)}/block/", {"reason": "x"}, 404, "payments.unknown_gift_card"),
        (f"wallets/{uuid.UUID(int=0)}/top-ups/", TOP_UP | {"amount": "-1.00"}, 400, "invalid_input"),
        (f"wallets/{uuid.UUID(int=0)}/top-ups/", TOP_UP | {"reason": ""}, 400, "invalid_input"),
    ],
)
def test_what_cannot_be_is_refused(operator: APIClient, path: str, body: dict, status: int, code: str) -> None:
    answer = operator.post(PAYMENTS + path, body, format="json")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert rows("SELECT count(*) FROM stored_value") == [(0,)]


def test_top_up_in_another_currency_is_refused_with_the_wallets_own(operator: APIClient) -> None:
    customer_id = filled_wallet("10.00")
    answer = operator.post(f"{PAYMENTS}wallets/{customer_id}/top-ups/", TOP_UP | {"currency": "EUR"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, "payments.invalid_amount")


def test_guessing_codes_is_throttled_by_address() -> None:
    for view in (GiftCardBalances, GiftCardTokens):
        assert CredentialThrottle in view.throttle_classes


def test_operator_looks_at_wallets_and_cards_in_the_admin_and_edits_none() -> None:
    customer_id, gift = filled_wallet("10.00"), issued("5.00")
    client = Client()
    client.force_login(User.objects.create_superuser("olivia", password="irrelevant here"))
    listing = reverse("admin:payments_storedvaluerow_changelist")
    for search, found in ((str(customer_id), 1), (f"gift_card:{gift.card_id}", 1), ("", 2), ("nothing", 0)):
        assert client.get(listing, {"q": search}).context["cl"].result_count == found
    page = reverse("admin:payments_storedvaluerow_change", args=[quote(f"wallet:{customer_id}")])
    assert "wallet topped up · system · sorry" in client.get(page).content.decode()
    assert client.post(page, {"balance": "1000.00"}).status_code == 403
    assert client.get(reverse("admin:payments_storedvaluerow_add")).status_code == 403
    entries = reverse("admin:payments_ledgerentry_changelist")
    for account, found in (("wallet", 1), ("gift_card", 1), ("goodwill", 1), ("sales", 0)):
        assert client.get(entries, {"account": account}).context["cl"].result_count == found
