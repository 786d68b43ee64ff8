"""The shop's API believes the door's header: then nothing else is looked up; a wrong header ends the request."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from contracts.customers import Customers
from seamline.calls import use
from seamline.contract import Contract, Secret
from seamline.data import connection_for
from seamline.identity import HEADER, NOBODY, Credential, Identity
from seamline.identity.tests.helpers import NEW, customer, operator, through_the_door
from seamline.signing import Keyring
from seamline.testing.fakes import Fake
from seamline.web.throttling import CredentialThrottle

pytestmark = pytest.mark.usefixtures("database")
ME = "/api/v1/customers/me/"
PAYMENT = f"/api/v1/payments/{uuid.uuid4()}/"
PASSPHRASE = Secret("correct horse battery")


def signed_up() -> uuid.UUID:
    return (
        use(Customers).sign_up(email="ada@example.com", password=PASSPHRASE, name="Ada", country="France").customer_id
    )


def get(path: str, client: APIClient | None = None, **headers: str) -> Any:
    return (client or APIClient()).get(path, headers=headers)


def test_an_identity_opens_without_a_look_at_sessions_or_tokens() -> None:
    headers = through_the_door(customer(signed_up()), audience="customers")
    client = APIClient()
    client.cookies["sessionid"] = "x" * 32
    client.credentials(HTTP_AUTHORIZATION="Bearer worthless")
    with (
        CaptureQueriesContext(connection_for("default")) as sessions,
        CaptureQueriesContext(connection_for("customers")) as customers,
    ):
        response = get(ME, client, **headers)
    assert (response.status_code, response.json()["email"]) == (200, "ada@example.com")
    assert len(sessions) == 0
    assert [query["sql"] for query in customers if "token" in query["sql"]] == []


def test_nobody_is_nobody_though_the_request_carries_a_token_that_is_good(
    fakes: Callable[[type[Contract]], Fake],
) -> None:
    customers = fakes(Customers)
    response = get(ME, Authorization="Bearer good", **through_the_door(NOBODY, audience="customers"))
    assert (response.status_code, response.json()["code"]) == (401, "not_authenticated")
    assert customers.calls == []
    assert get("/api/v1/catalog/products/", **through_the_door(NOBODY, audience="catalog")).status_code == 200


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({HEADER: "forged"}, "identity_malformed"),
        ({HEADER: ""}, "identity_malformed"),
        (through_the_door(customer(), audience="customers", keys=Keyring(NEW)), "identity_key_unknown"),
        ({"audience": "orders"}, "identity_for_another_module"),
        ({"audience": "customers", "ago": 31.0}, "identity_expired"),
        ({"audience": "customers", "ago": -15.0}, "identity_from_the_future"),
    ],
)
def test_a_header_that_is_not_to_be_believed_is_refused_whatever_else_comes(
    headers: dict[str, Any], code: str, caplog: pytest.LogCaptureFixture
) -> None:
    customer_id = signed_up()
    client = APIClient()
    credentials = {"email": "ada@example.com", "password": PASSPHRASE}
    assert client.post("/api/v1/customers/login/", credentials, format="json").status_code == 200
    if "audience" in headers:
        headers = through_the_door(customer(customer_id), **headers)
    response = get(ME, client, **headers)
    assert (response.status_code, response.json()["code"]) == (401, code)
    assert response.headers["Content-Type"] == "application/problem+json"
    assert code in caplog.text
    assert headers[HEADER] == "" or headers[HEADER] not in caplog.text
    assert get(ME, client).status_code == 200, "without the header, the session counts"


@pytest.mark.parametrize("path", ["/api/v1/operations/events", "/api/v1/customers/logout/"])
def test_paths_of_no_module_and_of_sessions_believe_no_identity(path: str) -> None:
    response = APIClient().generic(
        "POST" if "logout" in path else "GET", path, headers=through_the_door(operator("*"), audience="customers")
    )
    assert (response.status_code, response.json()["code"]) == (401, "identity_for_another_module")


def test_a_session_whose_csrf_token_nobody_looked_at_reads_only() -> None:
    reads = Identity(principal=customer(signed_up()).principal, credential=Credential.SESSION, may_write=False)
    client = APIClient(enforce_csrf_checks=True)
    assert get(ME, client, **through_the_door(reads, audience="customers")).status_code == 200
    body = {"name": "Eve"}
    refused = client.patch(ME, body, format="json", headers=through_the_door(reads, audience="customers"))
    assert (refused.status_code, refused.json()["code"]) == (401, "identity_for_reading")
    writes = Identity(principal=reads.principal, credential=Credential.SESSION)
    changed = client.patch(ME, body, format="json", headers=through_the_door(writes, audience="customers"))
    assert (changed.status_code, changed.json()["name"]) == (200, "Eve")


def test_an_operator_s_rights_come_through() -> None:
    seen = get(PAYMENT, **through_the_door(operator("payments.view_paymentrow"), audience="payments"))
    assert (seen.status_code, seen.json()["code"]) == (404, "payments.unknown_payment")
    refused = get(PAYMENT, **through_the_door(operator("payments.add_paymentrow"), audience="payments"))
    assert refused.status_code == 403


def test_a_token_is_revoked_by_what_the_identity_says_of_it() -> None:
    client = APIClient()
    signed_up()
    credentials = {"email": "ada@example.com", "password": PASSPHRASE}
    token = client.post("/api/v1/customers/tokens/", credentials, format="json").json()["token"]
    identity = customer(token_digest=sha256(token.encode()).hexdigest())
    revoked = client.delete(
        "/api/v1/customers/tokens/current/", headers=through_the_door(identity, audience="customers")
    )
    assert revoked.status_code == 204
    assert get(ME, Authorization=f"Bearer {token}").status_code == 401


def test_a_json_web_token_of_the_shop_opens_and_says_that_it_cannot_be_revoked() -> None:
    customer_id = signed_up()
    client = APIClient()
    wrong = client.post(
        "/api/v1/customers/tokens/jwt/", {"email": "ada@example.com", "password": "wrong"}, format="json"
    )
    assert wrong.status_code == 403
    made = client.post(
        "/api/v1/customers/tokens/jwt/", {"email": "ada@example.com", "password": PASSPHRASE}, format="json"
    )
    assert made.status_code == 201
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {made.json()['token']}")
    assert get(ME, client).json()["customer_id"] == str(customer_id)
    refused = client.delete("/api/v1/customers/tokens/current/")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_revocable")
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {made.json()['token'][:-4]}AAAA")
    assert (get(ME, client).status_code, get(ME, client).headers["WWW-Authenticate"]) == (401, "Bearer")


def test_clients_behind_a_door_have_each_their_own_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CredentialThrottle, "THROTTLE_RATES", {"credentials": "1/hour", "principal": "99/hour"})
    budget = f"{uuid.uuid4()}"  # no other test's
    wrong = {"email": "ada@example.com", "password": "wrong"}

    def status(client: str, *, door: bool) -> int:
        headers = {"X-Forwarded-For": f"6.6.6.6, {client}"}
        headers |= through_the_door(NOBODY, audience="customers") if door else {}
        path = "/api/v1/customers/tokens/"
        return int(APIClient().post(path, wrong, format="json", headers=headers, REMOTE_ADDR=budget).status_code)

    assert [status(f"{budget}-1", door=True), status(f"{budget}-1", door=True)] == [403, 429]
    assert status(f"{budget}-2", door=True) == 403
    assert [status(f"{budget}-3", door=False), status(f"{budget}-4", door=False)] == [403, 429]
