"""The fallback in front of a module elsewhere: who asks is found out here, and nothing of a client's slips through."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from rest_framework.test import APIClient

from contracts.customers import Customers
from seamline.calls import use
from seamline.contract import Secret
from seamline.embedded.ports import free_port
from seamline.fallback.tests.upstream import MODULE, Asked, answers_half, breaks_off, instance, raw
from seamline.identity import HEADER, NOBODY, Credential, Identity, unseal
from seamline.identity.tests.helpers import customer, through_the_door
from seamline.signing import installed_keys
from tests.identity import urls

pytestmark = pytest.mark.usefixtures("database")
BASE = f"/api/v1/{MODULE}"
CREDENTIALS = {"email": "ada@example.com", "password": Secret("correct horse battery")}


@pytest.fixture(autouse=True)
def elsewhere(settings: Any) -> Iterator[None]:
    settings.ROOT_URLCONF = "tests.identity.urls"
    settings.MODULES = (*settings.MODULES, MODULE)
    yield
    urls.instances.clear()


@pytest.fixture
def asked() -> Iterator[Asked]:
    with instance(headers=[("X-Kept", "1"), ("Set-Cookie", "sessionid=stolen"), ("Seamline-Secret", "x")]) as (
        url,
        asked,
    ):
        urls.instances.append(url)
        yield asked


@pytest.fixture
def ada() -> uuid.UUID:
    return use(Customers).sign_up(**CREDENTIALS, name="Ada", country="France").customer_id


def browser() -> APIClient:
    client = APIClient(enforce_csrf_checks=True)
    assert client.post("/api/v1/customers/login/", CREDENTIALS, format="json").status_code == 200
    return client


def identity(asked: Asked) -> Identity:
    header = asked[-1]["headers"][HEADER.lower()]
    return unseal(header, audience=MODULE, keys=installed_keys(), now=time.time())


def body(response: Any) -> Any:
    return json.loads(b"".join(response.streaming_content))


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_a_request_passes_as_it_is(asked: Asked, method: str) -> None:
    response = APIClient().generic(
        method,
        f"{BASE}/a%20b/?q=1&q=%2F",
        '{"a": 1}' if method != "GET" else "",
        content_type="application/json",
        headers={"Idempotency-Key": "k1", "Accept": "text/csv", "If-None-Match": '"e"'},
    )
    assert response.status_code == 200
    seen = body(response)
    assert (seen["method"], seen["target"]) == (method, f"{BASE}/a%20b/?q=1&q=%2F")
    assert seen["body"] == ("" if method == "GET" else '{"a": 1}')
    for name, value in {"idempotency-key": "k1", "accept": "text/csv", "if-none-match": '"e"'}.items():
        assert seen["headers"][name] == value
    assert response.headers["X-Kept"] == "1"


def test_head_and_answers_without_body_have_none() -> None:
    with instance() as (url, _):
        urls.instances[:] = [url]
        response = APIClient().head(f"{BASE}/x")
        assert (response.status_code, response.content) == (200, b"")
        assert int(response.headers["Content-Length"]) > 0
    for status in (204, 304):
        with instance(status=status) as (url, _):
            urls.instances[:] = [url]
            response = APIClient().get(f"{BASE}/x")
            assert (response.status_code, response.content) == (status, b"")


def test_a_problem_of_the_module_passes_as_it_is() -> None:
    with instance(status=409, headers=[("Content-Type", "application/problem+json")]) as (url, _):
        urls.instances[:] = [url]
        response = APIClient().post(f"{BASE}/x", {}, format="json")
        assert (response.status_code, response.headers["Content-Type"]) == (409, "application/problem+json")


def test_nothing_that_only_the_inside_may_say_comes_in_and_no_credentials(asked: Asked, ada: uuid.UUID) -> None:
    client = browser()
    client.cookies["theme"] = "dark"
    forged = {
        "Seamline-Signature": "x",
        "X-Seamline-Actor": "operator:root",
        "X-Forwarded-For": "6.6.6.6",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "X-Real-IP": "6.6.6.6",
        "Forwarded": "for=6.6.6.6",
        "X-HTTP-Method-Override": "DELETE",
        "X-Original-URL": "/internal/calls/depot/x",
        "X-CSRFToken": client.cookies["csrftoken"].value,
        "Connection": "close, X-Named",
        "X-Named": "1",
        "TE": "trailers",
        "Upgrade": "websocket",
        "Proxy-Authorization": "x",
        "X-Harmless": "1",
    }
    assert client.get(f"{BASE}/x", headers=forged).status_code == 200
    headers = asked[-1]["headers"]
    assert headers["x-harmless"] == "1"
    assert headers["x-forwarded-for"] == "127.0.0.1"
    assert headers["x-forwarded-host"] == headers["host"] == "testserver"
    assert headers["x-forwarded-proto"] == "http"
    assert len(asked[-1]["names"]) == len(set(asked[-1]["names"]))
    ours = {"x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-request-id", HEADER.lower()}
    gone = {name.lower() for name in forged} - ours - {"x-harmless", "connection"}
    assert not gone & set(headers)
    assert "cookie" not in headers
    assert "authorization" not in headers


@pytest.mark.parametrize("value", ["forged", ""])
def test_an_identity_from_outside_is_refused_and_goes_nowhere(asked: Asked, value: str) -> None:
    response = APIClient().get(f"{BASE}/x", headers={HEADER: value})
    assert (response.status_code, response.json()["code"]) == (401, "identity_malformed")
    replayed = APIClient().get(f"{BASE}/x", headers=through_the_door(customer(), audience="orders"))
    assert (replayed.status_code, replayed.json()["code"]) == (401, "identity_for_another_module")
    assert asked == []


def test_the_module_learns_who_asks_by_a_seal_alone(asked: Asked, ada: uuid.UUID) -> None:
    assert APIClient().get(f"{BASE}/x").status_code == 200
    assert identity(asked) == NOBODY
    page = browser()
    assert page.get(f"{BASE}/x").status_code == 200
    assert (identity(asked).principal.customer_id, identity(asked).may_write) == (ada, False)
    refused = page.post(f"{BASE}/x", {}, format="json")
    assert (refused.status_code, len(asked)) == (403, 2)
    written = page.post(f"{BASE}/x", {}, format="json", headers={"X-CSRFToken": page.cookies["csrftoken"].value})
    assert (written.status_code, identity(asked).may_write) == (200, True)
    client = APIClient()
    for path, kind in (("tokens/", Credential.OPAQUE), ("tokens/jwt/", Credential.JWT)):
        token = client.post(f"/api/v1/customers/{path}", CREDENTIALS, format="json").json()["token"]
        assert client.get(f"{BASE}/x", headers={"Authorization": f"Bearer {token}"}).status_code == 200
        assert (identity(asked).principal.customer_id, identity(asked).credential) == (ada, kind)
        assert token not in json.dumps(asked[-1])
    count = len(asked)
    assert client.get(f"{BASE}/x", headers={"Authorization": "Bearer worthless"}).status_code == 401
    assert len(asked) == count


def test_a_module_sets_no_cookies_and_says_nothing_internal(asked: Asked) -> None:
    response = APIClient().get(f"{BASE}/x")
    assert response.cookies == {}
    assert "Seamline-Secret" not in response.headers
    assert "Set-Cookie" not in response.headers


def test_the_request_s_id_goes_with_it(asked: Asked) -> None:
    response = APIClient().get(f"{BASE}/x", headers={"X-Request-ID": "request-0001"})
    assert asked[-1]["headers"]["x-request-id"] == response.headers["X-Request-ID"] == "request-0001"


@pytest.mark.parametrize(
    ("told", "most"),
    [(None, 25_000), ("1500", 1500), ("999999", 25_000), ("-1", 25_000), ("\u0661", 25_000), ("", 25_000)],
)
def test_the_request_s_time_goes_with_it_and_can_only_be_shortened(asked: Asked, told: str | None, most: int) -> None:
    APIClient().get(f"{BASE}/x", headers={} if told is None else {"Seamline-Timeout": told})
    assert most - 1000 < int(asked[-1]["headers"]["seamline-timeout"]) <= most


def test_a_request_without_time_left_is_504_before_it_is_sent(asked: Asked) -> None:
    response = APIClient().get(f"{BASE}/x", headers={"Seamline-Timeout": "0"})
    assert (response.status_code, response.json()["code"]) == (504, "gateway_timeout")
    assert asked == []


@pytest.mark.parametrize(
    "path", ["/../orders/", "/%2e%2e/orders/", "/..%2f..%2finternal/calls/depot/x", "//x", "/a/%252e%252e/x", "/..;/x"]
)
def test_a_path_leads_nowhere_else(asked: Asked, path: str) -> None:
    response = APIClient().generic("GET", f"{BASE}{path}")
    assert response.status_code in (400, 404)
    assert response.headers["Content-Type"] == "application/problem+json"
    assert asked == []


def test_a_body_that_is_too_large_or_of_unknown_length_is_refused(asked: Asked, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    response = APIClient().post(f"{BASE}/x", "x" * 11, content_type="text/plain")
    assert (response.status_code, response.json()["code"]) == (413, "too_large")
    response = APIClient().generic("POST", f"{BASE}/x", HTTP_TRANSFER_ENCODING="chunked", CONTENT_LENGTH="")
    assert (response.status_code, response.json()["code"]) == (411, "length_required")
    response = APIClient().generic("POST", f"{BASE}/x", "x", CONTENT_LENGTH="-1")
    assert response.status_code == 400
    assert asked == []


def test_a_module_that_is_away_or_broken_is_a_problem_document() -> None:
    urls.instances[:] = [f"http://127.0.0.1:{free_port()}"]
    response = APIClient().get(f"{BASE}/x")
    assert (response.status_code, response.json()["code"], response.headers["Retry-After"]) == (503, "no_instance", "1")
    assert response.headers["Content-Type"] == "application/problem+json"
    with raw(breaks_off) as (url, _):
        urls.instances[:] = [url]
        response = APIClient().post(f"{BASE}/x", {}, format="json")
        assert (response.status_code, response.json()["code"]) == (502, "bad_gateway")


def test_an_answer_that_breaks_off_is_never_a_whole_one() -> None:
    with raw(answers_half) as (url, _):
        urls.instances[:] = [url]
        response = APIClient().get(f"{BASE}/x")
        assert response.headers["Content-Length"] == "100"
        with pytest.raises(Exception, match="Connection broken"):
            list(response.streaming_content)
