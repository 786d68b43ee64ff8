"""The door asks a real hub who a request is from, remembers it for seconds, and notices what ends."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from contracts.customers import Customers
from seamline.calls import use
from seamline.contract import Secret
from seamline.gateway.authenticating import Admitted
from seamline.identity import NOBODY, Credential
from seamline.identity.authenticator import LONGEST_MEMORY, SEALED_SECONDS
from seamline.identity.credentials import shown_by
from seamline.identity.memory import SUSPECT_SECONDS
from seamline.identity.resolving import CACHE_SECONDS
from tests.identity.door import ME, Browser, Door, hub

pytestmark = pytest.mark.usefixtures("database")
PASSPHRASE = Secret("correct horse battery")
CREDENTIALS = {"email": "ada@example.com", "password": PASSPHRASE}
NEW_PASSWORD = {"old_password": PASSPHRASE, "new_password": "another long passphrase"}


@pytest.fixture(scope="module")
def one_hub() -> Iterator[str]:
    with hub() as address:
        yield address


@pytest.fixture
def address(one_hub: str, database: None) -> str:
    return one_hub


@pytest.fixture
def door(address: str) -> Door:
    return Door(address)


@pytest.fixture
def ada() -> uuid.UUID:
    return use(Customers).sign_up(**CREDENTIALS, name="Ada", country="France").customer_id


def browser(address: str) -> Browser:
    made = Browser(address)
    made.post("customers/login/", CREDENTIALS)
    return made


def bearer(address: str, kind: str = "tokens/") -> str:
    return f"Bearer {Browser(address).post(f'customers/{kind}', CREDENTIALS)['token']}"


def test_whoever_shows_nothing_is_nobody_and_the_hub_is_not_asked(door: Door) -> None:
    assert door.identity() == NOBODY
    assert door.identity(cookie="theme=dark; consent=1") == NOBODY
    assert door.identity(authorization="Basic b2xnYTpvbGdh") == NOBODY
    assert door.asked == 0


def test_pages_and_session_paths_are_the_hub_s_own(door: Door) -> None:
    for path in ("/", "/basket/", "/api/v1/customers/login/", "/api/v1/operations/events", "/api/v1/orders"):
        assert door.verdict(path, cookie="sessionid=x") == Admitted(identity="")
    assert door.asked == 0


def test_a_session_is_its_customer_s(door: Door, address: str, ada: uuid.UUID) -> None:
    identity = door.identity(cookie=browser(address).cookie)
    assert (identity.principal.customer_id, identity.credential) == (ada, Credential.SESSION)
    assert not identity.may_write


def test_an_operator_s_session_has_the_operator_s_rights(door: Door) -> None:
    User.objects.create_superuser("olga", password="x")
    client = Client()
    client.force_login(User.objects.get(username="olga"))
    identity = door.identity("/api/v1/orders/orders/", cookie=f"sessionid={client.cookies['sessionid'].value}")
    assert (identity.principal.operator, identity.principal.permissions) == ("olga", {"*"})


def test_a_token_is_asked_about_once_in_a_while_and_only_once_for_requests_that_come_together(
    door: Door, address: str, ada: uuid.UUID
) -> None:
    token = bearer(address)
    verdicts = door.verdicts(times=20, authorization=token)
    assert all(isinstance(verdict, Admitted) for verdict in verdicts)
    assert door.asked == 1
    assert door.identity("/api/v1/orders/carts/", authorization=token).principal.customer_id == ada
    door.now += CACHE_SECONDS - 0.1
    assert door.identity(authorization=token).principal.email == "ada@example.com"
    assert door.asked == 1
    door.now += 0.2
    assert door.identity(authorization=token).principal.customer_id == ada
    assert door.asked == 2


def test_writing_with_a_session_needs_the_csrf_token_and_reading_opens_no_way_around(
    door: Door, address: str, ada: uuid.UUID
) -> None:
    page = browser(address)
    assert door.identity(cookie=page.cookie).principal.customer_id == ada
    for forged in (
        {},
        {"x_csrftoken": "y" * 32},
        {**page.csrf(), "origin": "https://evil.example"},
        {**page.csrf(), "host": "evil.example"},
    ):
        refused = door.refusal(ME, "PATCH", cookie=page.cookie, **forged)
        assert (refused.status, refused.code) == (403, "permission_denied")
        assert "CSRF" in refused.detail
    identity = door.identity(ME, "PATCH", cookie=page.cookie, **page.csrf())
    assert identity.may_write
    assert door.refusal(ME, "PATCH", cookie=page.cookie).status == 403


def test_a_page_behind_tls_is_recognised_by_the_scheme_that_the_door_says(
    door: Door, address: str, ada: uuid.UUID
) -> None:
    page = browser(address)
    secure = {**page.csrf(), "origin": page.csrf()["origin"].replace("http:", "https:")}
    assert door.refusal(ME, "PATCH", cookie=page.cookie, **secure).status == 403
    assert door.identity(ME, "PATCH", cookie=page.cookie, x_forwarded_proto="https", **secure).may_write


@pytest.mark.parametrize("path", ["/log-out/", "/admin/logout/", "/api/v1/customers/logout/"])
def test_whatever_is_written_at_the_hub_s_own_paths_makes_the_door_ask_again(
    door: Door, address: str, ada: uuid.UUID, path: str
) -> None:
    cookie = browser(address).cookie
    for _ in range(3):
        assert door.identity(cookie=cookie).principal.customer_id == ada
    assert door.asked == 1
    door.verdict(path, "POST", cookie=cookie)
    for asked in (2, 3):
        assert door.identity(cookie=cookie).principal.customer_id == ada
        assert door.asked == asked
    door.now += SUSPECT_SECONDS
    for _ in range(3):
        assert door.identity(cookie=cookie).principal.customer_id == ada
    assert door.asked == 4


@pytest.mark.parametrize("value", ['"a\\073 csrftoken=b"', "a b", "a\\", "", "x" * 5000])
def test_a_cookie_that_could_be_read_as_two_is_none(value: str) -> None:
    shown = shown_by({"cookie": f"sessionid={value}; csrftoken=c"}, "GET")
    assert shown is None or "sessionid" not in shown.cookies


def test_what_is_refused_is_not_asked_about_each_time(door: Door) -> None:
    refused = [door.refusal(authorization="Bearer worthless") for _ in range(10)]
    assert {(each.status, each.code, each.challenge) for each in refused} == {(401, "authentication_failed", "Bearer")}
    assert door.asked == 1


def test_a_logout_through_the_door_counts_at_once_and_elsewhere_within_its_memory(
    door: Door, address: str, ada: uuid.UUID
) -> None:
    page, other = browser(address), Door(address)
    cookie = page.cookie
    for each in (door, other):
        assert each.identity(cookie=cookie).principal.customer_id == ada
    assert door.verdict("/api/v1/customers/logout/", "POST", cookie=cookie) == Admitted(identity="")
    page.post("customers/logout/")
    assert door.identity(cookie=cookie) == NOBODY
    assert other.identity(cookie=cookie).principal.customer_id == ada, "another door still remembers"
    other.now += CACHE_SECONDS
    assert other.identity(cookie=cookie) == NOBODY


def test_an_answer_from_before_the_logout_is_not_kept_though_it_arrives_after_it(address: str, ada: uuid.UUID) -> None:
    page = browser(address)
    cookie = page.cookie
    overtaken: list[str] = []

    def log_out_meanwhile() -> None:
        if not overtaken:
            overtaken.append("yes")
            door.authenticator.remembered(headers={"cookie": cookie}, method="POST", path="/api/v1/customers/logout/")
            page.post("customers/logout/")

    door = Door(address, before_answering=log_out_meanwhile)
    assert door.identity(cookie=cookie).principal.customer_id == ada
    assert door.identity(cookie=cookie) == NOBODY


def test_a_token_that_is_revoked_through_the_door_is_gone_at_once(door: Door, address: str, ada: uuid.UUID) -> None:
    token = bearer(address)
    assert door.identity(authorization=token).principal.customer_id == ada
    assert door.identity("/api/v1/customers/tokens/current/", "DELETE", authorization=token).token_digest
    Browser(address).post("customers/tokens/current/", method="DELETE", Authorization=token)
    assert door.refusal(authorization=token).status == 401


def test_a_new_password_ends_other_sessions_and_tokens_within_the_door_s_memory(
    door: Door, address: str, ada: uuid.UUID
) -> None:
    mine, stolen, token = browser(address), browser(address), bearer(address)
    for headers in ({"cookie": stolen.cookie}, {"authorization": token}):
        assert door.identity(**headers).principal.customer_id == ada
    mine.post("customers/me/password/", NEW_PASSWORD)
    door.now += CACHE_SECONDS
    assert door.identity(cookie=stolen.cookie) == NOBODY
    assert door.refusal(authorization=token).status == 401
    assert door.identity(cookie=mine.cookie).principal.customer_id == ada


def test_a_json_web_token_is_verified_without_the_hub_and_ends_in_time(
    door: Door, address: str, ada: uuid.UUID, settings: Any
) -> None:
    settings.SEAMLINE_JWT_SECONDS = 3
    token = bearer(address, "tokens/jwt/")
    identity = door.identity(authorization=token)
    assert (identity.principal.customer_id, identity.credential) == (ada, Credential.JWT)
    assert door.refusal(authorization=f"{token[:-4]}AAAA").status == 401
    door.now += LONGEST_MEMORY
    assert door.asked == 0
    settings.SEAMLINE_JWT_AUDIENCE = "another"
    refused = door.refusal(authorization=token)
    assert (refused.status, refused.challenge) == (401, "Bearer")


def test_a_json_web_token_is_remembered_no_longer_than_it_is_good(address: str, ada: uuid.UUID, settings: Any) -> None:
    settings.SEAMLINE_JWT_SECONDS = 1
    door, token = Door(address), bearer(address, "tokens/jwt/")
    assert door.identity(authorization=token).principal.customer_id == ada
    (entry,) = door.authenticator._memory._found.values()
    assert entry.until - door.now <= 1 + 5


def test_a_hub_that_is_away_is_503_and_costs_only_those_who_show_something(ada: uuid.UUID) -> None:
    door = Door("http://127.0.0.1:1")
    refused = door.refusal(authorization="Bearer something")
    assert (refused.status, refused.code, refused.retry_after) == (503, "identity_unavailable", 1)
    assert door.identity() == NOBODY


def test_an_answer_that_the_hub_did_not_sign_is_not_believed(address: str, ada: uuid.UUID, settings: Any) -> None:
    token = bearer(address)

    def rotate() -> None:
        settings.SEAMLINE_INTERNAL_KEYS = f"other:{'x' * 32}"  # the door's keys are others than the hub signed with

    door = Door(address, before_answering=rotate)
    assert door.refusal(authorization=token).code == "identity_unavailable"


def test_keys_rotate_under_traffic_at_the_door(door: Door, ada: uuid.UUID, address: str, settings: Any) -> None:
    old, new = f"old:{'o' * 32}", f"new:{'n' * 32}"
    token = bearer(address)
    for keys in (old, f"{old},{new}", f"{new},{old}", new):
        settings.SEAMLINE_INTERNAL_KEYS = keys
        door.now += SEALED_SECONDS
        assert door.identity(authorization=token).principal.customer_id == ada
        assert door.identity() == NOBODY


def test_memory_is_bounded(address: str, ada: uuid.UUID) -> None:
    door = Door(address, most=3)
    token = bearer(address)
    for number in range(5):
        door.refusal(authorization=f"Bearer worthless{number}")
        door.verdict("/api/v1/customers/logout/", "POST", authorization=f"Bearer {number}")
        assert len(door.authenticator._memory._found) <= 3
        assert len(door.authenticator._memory._suspects) <= 3
    assert door.identity(authorization=token).principal.customer_id == ada


def test_the_hot_path_takes_microseconds(door: Door, address: str, ada: uuid.UUID) -> None:
    token = bearer(address)
    door.identity(authorization=token)
    headers, rounds = {"authorization": token}, 2000
    started = time.process_time()
    for _ in range(rounds):
        door.authenticator.remembered(headers=headers, method="GET", path=ME)
    assert (time.process_time() - started) / rounds < 100e-6
