"""Customers over HTTP: the browser's session, tokens, own profile and addresses."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from contracts.customers import Customers
from modules.customers.tests.helpers import HOME, PASSPHRASE, rows, signed_up
from seamline.calls import use

pytestmark = pytest.mark.usefixtures("database")
BASE = "/api/v1/customers"
CREDENTIALS = {"email": "ada@example.com", "password": PASSPHRASE}
ADDRESS = {name: getattr(HOME, name) for name in ("name", "line1", "line2", "city", "postcode", "country")}


def post(client: APIClient, path: str, body: Any = None, **headers: str) -> Any:
    return client.post(f"{BASE}/{path}", body, format="json", headers=headers or None)


def csrf(client: APIClient) -> dict[str, str]:
    """What a page's own requests send to show that no other site made them."""
    return {"X-CSRFToken": client.cookies["csrftoken"].value}


@pytest.fixture
def browser() -> APIClient:
    """Logged in by session; CSRF is enforced, as for a real browser."""
    signed_up()
    client = APIClient(enforce_csrf_checks=True)
    assert post(client, "login/", CREDENTIALS).status_code == 200
    return client


@pytest.fixture
def token_client() -> APIClient:
    """A client that sends a token."""
    signed_up()
    client = APIClient()
    token = post(client, "tokens/", CREDENTIALS).json()["token"]
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def test_sign_up_answers_the_customer_and_never_the_password() -> None:
    response = post(APIClient(), "sign-up/", {**CREDENTIALS, "name": "Ada", "country": "France"})
    assert response.status_code == 201
    assert set(response.json()) == {"customer_id", "email", "name", "country", "signed_up_at"}
    again = post(APIClient(), "sign-up/", {**CREDENTIALS, "name": "Ada", "country": "France"})
    assert (again.status_code, again.json()["code"]) == (409, "customers.email_taken")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": "x"}, "email"),
        ({"password": "weak"}, "password"),
        ({"name": ""}, "name"),
        ({"country": "C" * 121}, "country"),
    ],
)
def test_bad_sign_up_is_400_and_names_the_field(body: dict[str, str], field: str) -> None:
    response = post(APIClient(), "sign-up/", {**CREDENTIALS, "name": "Ada", "country": "France", **body})
    assert response.status_code == 400
    assert list(response.json()["errors"]) == [field]


def test_login_gives_a_fresh_session_and_wrong_credentials_do_not(browser: APIClient) -> None:
    assert browser.get(f"{BASE}/me/").json()["email"] == "ada@example.com"
    stranger = APIClient()
    response = post(stranger, "login/", {**CREDENTIALS, "password": "wrong"})
    assert (response.status_code, response.json()["code"]) == (403, "customers.wrong_credentials")
    assert stranger.get(f"{BASE}/me/").status_code in (401, 403)


def test_browser_cannot_write_without_the_csrf_token(browser: APIClient) -> None:
    response = browser.patch(f"{BASE}/me/", {"name": "Eve"}, format="json")
    assert response.status_code == 403
    assert "CSRF" in response.json()["detail"]
    allowed = browser.patch(f"{BASE}/me/", {"name": "Eve"}, format="json", headers=csrf(browser))
    assert (allowed.status_code, allowed.json()["name"]) == (200, "Eve")


def test_logout_ends_the_session() -> None:
    signed_up()
    client = APIClient()
    post(client, "login/", CREDENTIALS)
    assert post(client, "logout/").status_code == 204
    assert client.get(f"{BASE}/me/").status_code in (401, 403)


def test_next_customer_in_the_same_browser_finds_nothing_of_the_one_before(browser: APIClient) -> None:
    signed_up("grace@example.com")
    session = browser.session
    session["basket"] = "Ada's"
    session.save()
    assert post(browser, "login/", CREDENTIALS, **csrf(browser)).status_code == 200
    assert browser.session["basket"] == "Ada's"
    assert post(browser, "login/", {**CREDENTIALS, "email": "grace@example.com"}, **csrf(browser)).status_code == 200
    assert browser.get(f"{BASE}/me/").json()["email"] == "grace@example.com"
    assert "basket" not in browser.session


def test_change_is_recorded_in_the_customer_s_name(token_client: APIClient) -> None:
    me = token_client.patch(f"{BASE}/me/", {"name": "Ada B."}, format="json").json()
    [(actor,)] = rows("SELECT meta::jsonb ->> 'actor' FROM event_log WHERE name LIKE '%profile_changed'")
    assert actor == f"customer:{me['customer_id']}"


def test_token_opens_until_it_is_revoked(token_client: APIClient) -> None:
    assert token_client.get(f"{BASE}/me/").status_code == 200
    assert token_client.delete(f"{BASE}/tokens/current/").status_code == 204
    response = token_client.get(f"{BASE}/me/")
    assert response.status_code in (401, 403)
    assert response.json()["code"] == "authentication_failed"


def test_profile_is_changed_in_part(token_client: APIClient) -> None:
    changed = token_client.patch(f"{BASE}/me/", {"country": "France"}, format="json").json()
    assert (changed["name"], changed["country"]) == ("Ada Example", "France")


def test_password_is_changed_with_the_old_one(token_client: APIClient) -> None:
    new = {"old_password": PASSPHRASE, "new_password": "another long passphrase"}
    assert post(token_client, "me/password/", {**new, "old_password": "wrong"}).status_code == 403
    assert post(token_client, "me/password/", new).status_code == 204
    assert token_client.get(f"{BASE}/me/").status_code in (401, 403)  # its token is revoked


def test_new_password_ends_every_session_but_the_one_that_set_it() -> None:
    signed_up()
    mine, stolen = APIClient(), APIClient()
    for client in (mine, stolen):
        post(client, "login/", CREDENTIALS)
        assert client.get(f"{BASE}/me/").status_code == 200
    new = {"old_password": PASSPHRASE, "new_password": "another long passphrase"}
    assert post(mine, "me/password/", new).status_code == 204
    assert mine.get(f"{BASE}/me/").status_code == 200
    assert stolen.get(f"{BASE}/me/").status_code in (401, 403)


def test_addresses_are_kept_replaced_and_removed(token_client: APIClient) -> None:
    keyed = {"Idempotency-Key": "once"}
    first = post(token_client, "me/addresses/", {"address": ADDRESS}, **keyed)
    again = post(token_client, "me/addresses/", {"address": ADDRESS}, **keyed)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    path = f"{BASE}/me/addresses/{first.json()['address_id']}/"
    moved = token_client.put(path, {"address": {**ADDRESS, "city": "Oxford"}}, format="json").json()
    assert moved["address"]["city"] == "Oxford"
    assert token_client.get(f"{BASE}/me/addresses/").json() == [moved]
    assert token_client.delete(path).status_code == 204
    assert token_client.delete(path).status_code == 404


def test_address_of_another_customer_is_404(token_client: APIClient) -> None:
    other = signed_up("grace@example.com")
    saved = use(Customers).save_address(customer_id=other.customer_id, address=HOME)
    path = f"{BASE}/me/addresses/{saved.address_id}/"
    assert token_client.put(path, {"address": ADDRESS}, format="json").status_code == 404
    assert token_client.delete(path).status_code == 404


@pytest.mark.parametrize("path", ["me/", "me/addresses/"])
def test_nobody_sees_nothing(path: str) -> None:
    assert APIClient().get(f"{BASE}/{path}").status_code in (401, 403)
