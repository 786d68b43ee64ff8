"""Payments over HTTP: cards for everybody, payments and refunds for operators only."""

from __future__ import annotations

import uuid

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from contracts.payments import Payments
from modules.payments.api.views import Cards
from modules.payments.tests.helpers import captured, new_order, pounds, rows
from seamline.calls import use
from seamline.web.principal import Principal
from seamline.web.throttling import PurchaseThrottle

pytestmark = pytest.mark.usefixtures("database")
CARDS = "/api/v1/payments/cards/"
YEAR = timezone.now().year + 1
CARD = {"number": "4242 4242 4242 4242", "expiry_month": 12, "expiry_year": YEAR, "security_code": "123"}
REFUND = {"amount": "4.00", "reason": "broken"}


@pytest.fixture
def operator() -> APIClient:
    client = APIClient()
    client.force_authenticate(Principal(operator="olivia", permissions=frozenset(("*",))))
    return client


def test_anybody_gets_a_token_for_a_card_and_never_the_number_back() -> None:
    answer = APIClient().post(CARDS, CARD, format="json")
    assert answer.status_code == 201
    body = answer.json()
    assert body.pop("token").startswith("tok_")
    assert body == {"brand": "Visa", "last4": "4242"}


def test_one_guest_cannot_get_anothers_token_by_guessing_a_key() -> None:
    answers = [APIClient().post(CARDS, CARD, format="json", headers={"Idempotency-Key": "1"}) for _ in range(2)]
    assert answers[0].json()["token"] != answers[1].json()["token"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("number", "4242424242424241"), ("expiry_month", 13), ("expiry_year", 2001), ("security_code", "12")],
)
def test_card_that_cannot_be_one_is_refused_by_field(field: str, value: object) -> None:
    answer = APIClient().post(CARDS, CARD | {field: value}, format="json")
    assert answer.status_code == 400
    assert field in answer.json()["errors"]


def test_trying_cards_is_throttled_by_address() -> None:
    assert PurchaseThrottle in Cards.throttle_classes


def test_operator_sees_a_payment_without_its_token(operator: APIClient) -> None:
    order_id = captured("10.00")
    answer = operator.get(f"/api/v1/payments/{order_id}/")
    assert answer.json() == {
        "order_id": str(order_id),
        "amount": {"amount": "10.00", "currency": "GBP"},
        "refunded": {"amount": "0.00", "currency": "GBP"},
        "charged_back": {"amount": "0.00", "currency": "GBP"},
        "state": "captured",
        "method": {"brand": "Visa", "last4": "4242"},
        "decline_reason": "",
    }


def test_payment_of_an_order_without_one_is_not_found(operator: APIClient) -> None:
    answer = operator.get(f"/api/v1/payments/{new_order()}/")
    assert (answer.status_code, answer.json()["code"]) == (404, "payments.unknown_payment")


def test_operator_refunds_once_a_key(operator: APIClient) -> None:
    order_id = captured("10.00")
    for _ in range(2):
        answer = operator.post(
            f"/api/v1/payments/{order_id}/refunds/", REFUND, format="json", headers={"Idempotency-Key": "k"}
        )
        assert answer.status_code == 200
        assert answer.json()["refunded"] == {"amount": "4.00", "currency": "GBP"}
    assert use(Payments).payment(order_id=order_id).refunded == pounds("4.00")
    assert rows("SELECT DISTINCT meta->>'actor' FROM event_log WHERE name = 'payments.payment_refunded'") == [
        ("operator:olivia",)
    ]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"amount": "10.01"}, 400, "payments.refund_too_large"),
        ({"amount": "0.00"}, 400, "invalid_input"),
        ({"amount": "NaN"}, 400, "invalid_input"),
        ({"currency": "EUR"}, 400, "payments.refund_too_large"),
        ({"currency": "pounds"}, 400, "invalid_input"),
        ({"reason": ""}, 400, "invalid_input"),
    ],
)
def test_refund_that_cannot_be_is_refused(operator: APIClient, change: dict, status: int, code: str) -> None:
    order_id = captured("10.00")
    answer = operator.post(f"/api/v1/payments/{order_id}/refunds/", REFUND | change, format="json")
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("user", [None, Principal(customer_id=uuid.uuid4())])
def test_nobody_but_operators_sees_payments_or_refunds(user: Principal | None) -> None:
    order_id = captured("10.00")
    client = APIClient()
    client.force_authenticate(user)
    assert client.get(f"/api/v1/payments/{order_id}/").status_code in (401, 403)
    assert client.post(f"/api/v1/payments/{order_id}/refunds/", REFUND, format="json").status_code in (401, 403)
    assert use(Payments).payment(order_id=order_id).refunded == pounds("0.00")


def test_balances_and_payments_are_read_as_they_were_known(operator: APIClient) -> None:
    order_id = captured("10.00")
    between = timezone.now().isoformat()
    use(Payments).refund(order_id=order_id, amount=pounds("4.00"), reason="broken")
    for path in ("balances/", f"ledger/payment/{order_id}/"):
        assert APIClient().get(f"/api/v1/payments/{path}").status_code in (401, 403)

    def balances(**parameters: str) -> dict[str, str]:
        rows = operator.get("/api/v1/payments/balances/", parameters).json()
        return {row["account"]: row["balance"]["amount"] for row in rows}

    assert balances() == {"provider": "6.00", "sales": "-6.00"}
    assert balances(as_of=between) == {"provider": "10.00", "sales": "-10.00"}
    path = f"/api/v1/payments/ledger/payment/{order_id}/"
    assert operator.get(path).json()["state"]["refunded"] == "4.00"
    assert operator.get(path, {"as_of": between}).json()["state"]["refunded"] == "0.00"
    assert operator.get(f"{path}diff/", {"from": between}).json()["differences"] == [
        {"field": "refunded", "before": "0.00", "after": "4.00"}
    ]
    history = operator.get(f"{path}history/").json()["events"]
    assert history[0]["data"]["method"]["token"] == history[0]["data"]["card"] == "[hidden]"
    assert [(each["version"], each["reason"]) for each in history[-2:]] == [(4, "broken"), (5, "broken")]


def test_operator_books_a_chargeback_once_a_key(operator: APIClient) -> None:
    order_id = captured("10.00")
    path = f"/api/v1/payments/{order_id}/chargebacks/"
    assert APIClient().post(path, REFUND, format="json").status_code in (401, 403)
    for _ in range(2):
        answer = operator.post(path, REFUND, format="json", headers={"Idempotency-Key": "once"})
        assert answer.json()["charged_back"] == {"amount": "4.00", "currency": "GBP"}
