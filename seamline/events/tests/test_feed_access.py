"""Who may ask the feed's server, and within which bounds."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from django.test import Client, override_settings

from seamline.events.tests import sample
from seamline.events.tests.feed_client import NAMES, PATH, ask
from seamline.signing import Key, Keyring, Message, installed_keys, sign

pytestmark = pytest.mark.usefixtures("shop")


@pytest.mark.parametrize(
    ("headers", "code"),
    [({}, "signature_missing"), ({"Authorization": "Bearer x"}, "signature_malformed")],
)
def test_unsigned_request_is_refused_with_a_problem_document(headers: dict[str, str], code: str) -> None:
    client = Client()
    answer = client.get(PATH, headers=headers)
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
    assert json.loads(answer.content)["code"] == code
    assert answer["WWW-Authenticate"] == "Seamline-HMAC-SHA256"


def test_request_that_was_sent_before_is_refused() -> None:
    message = Message(method="GET", path=f"{PATH}/end")
    header, _ = sign(message, keys=installed_keys(), caller="ledger", audience=sample.SHOP, now=time.time())
    statuses = [ask(f"{PATH}/end", headers={"Authorization": header})[0] for _ in range(2)]
    assert statuses == [200, 401]


def test_altered_query_is_refused() -> None:
    message = Message(method="GET", path=f"{PATH}/events", query="position=1")
    header, _ = sign(message, keys=installed_keys(), caller="ledger", audience=sample.SHOP, now=time.time())
    status, problem = ask(f"{PATH}/events", headers={"Authorization": header}, position=2)
    assert (status, problem["code"]) == (401, "signature_wrong")


def test_old_key_is_accepted_until_it_is_retired() -> None:
    old, new = Key(id="old", secret=b"o" * 32), Key(id="new", secret=b"n" * 32)
    both = f"new:{'n' * 32},old:{'o' * 32}"
    with override_settings(SEAMLINE_INTERNAL_KEYS=both):
        assert ask(f"{PATH}/end", keys=Keyring(old))[0] == 200
        assert ask(f"{PATH}/end", keys=Keyring(new, old))[0] == 200
    with override_settings(SEAMLINE_INTERNAL_KEYS=f"new:{'n' * 32}"):
        status, problem = ask(f"{PATH}/end", keys=Keyring(old))
    assert (status, problem["code"]) == (401, "signature_key_unknown")


def test_module_that_is_not_hosted_is_not_found() -> None:
    status, problem = ask("/internal/feeds/elsewhere", audience="elsewhere", after=0, limit=1, names=NAMES)
    assert (status, problem["code"]) == (404, "feed_not_found")


@pytest.mark.parametrize(
    "wrong",
    [
        {"limit": 0},
        {"limit": 1_001},
        {"after": -1},
        {"after": 2**63},
        {"after": "x"},
        {"wait": 21},
        {"wait": "nan"},
        {"names": []},
        {"names": ["x"] * 201},
        {"index": 2, "count": 2},
        {"count": 65},
    ],
)
def test_query_out_of_bounds_is_refused(wrong: dict[str, Any]) -> None:
    status, problem = ask(**{"after": 0, "limit": 1, "names": NAMES, **wrong})
    assert (status, problem["code"]) == (400, "invalid_input")


def test_other_methods_are_refused() -> None:
    answer = Client().put(PATH)
    assert (answer.status_code, answer["Allow"]) == (405, "GET")


def test_large_body_is_refused_before_it_is_read() -> None:
    answer = Client().post(f"{PATH}/readers", data=b"x" * 300_000, content_type="application/json")
    assert answer.status_code == 413
