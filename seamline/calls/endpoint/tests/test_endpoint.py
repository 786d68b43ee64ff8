"""Who may call over HTTP, and what everybody else learns: nothing, at no cost."""

from __future__ import annotations

import http.client
import json
import logging
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from seamline.calls.local import LocalBinding
from seamline.calls.tests.lent import MODULE, Lent, LentService
from seamline.calls.wire import MOST_BYTES, CallRequest, encode_request
from seamline.contract import ContractError, Secret
from seamline.contract.codec import decode_error, encode_arguments
from seamline.signing import Key, Keyring, Message, installed_keys, sign, verify_answer
from seamline.testing.internal import internal_endpoint

ECHO = f"/internal/calls/{MODULE}/echo"
RAISE = f"/internal/calls/{MODULE}/raise_by"


@pytest.fixture
def service() -> LentService:
    return LentService()


@pytest.fixture
def connection(service: LentService) -> Iterator[http.client.HTTPConnection]:
    local = LocalBinding(service)
    with internal_endpoint(hosted=lambda module: (Lent, local) if module == MODULE else None) as url:
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=5)
        yield connection
        connection.close()


def body(arguments: dict[str, Any] | None = None, **values: Any) -> bytes:
    import msgspec

    encoded = encode_arguments(arguments if arguments is not None else {"names": ["a"]})
    return encode_request(CallRequest(**{"arguments": msgspec.Raw(encoded), "timeout_ms": 1000, **values}))


def ask(
    connection: http.client.HTTPConnection, path: str = ECHO, content: bytes | None = None, **headers: str
) -> tuple[int, dict[str, Any]]:
    connection.request("POST", path, body=body() if content is None else content, headers=headers)
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())


def signature(
    path: str = ECHO, content: bytes | None = None, *, audience: str = MODULE, keys: Keyring | None = None,
    now: float | None = None,
) -> str:  # fmt: skip
    message = Message(method="POST", path=path, body=body() if content is None else content)
    return sign(message, keys=keys or installed_keys(), caller="test", audience=audience, now=now or time.time())[0]


def error(answer: dict[str, Any]) -> ContractError:
    return decode_error(json.dumps(answer["error"]).encode())


def test_signed_call_is_answered_and_the_answer_is_signed(connection: http.client.HTTPConnection) -> None:
    header, signed = sign(
        Message(method="POST", path=ECHO, body=body()), keys=installed_keys(), caller="test", audience=MODULE,
        now=time.time(),
    )  # fmt: skip
    connection.request("POST", ECHO, body=body(), headers={"Authorization": header})
    answer = connection.getresponse()
    content = answer.read()
    assert (answer.status, json.loads(content)["result"]["a"]["value"]) == (200, 1)
    verify_answer(
        content, status=200, header=answer.headers["Seamline-Signature"], request=signed, keys=installed_keys()
    )


def test_call_without_a_signature_is_refused_before_its_body_is_read(connection: http.client.HTTPConnection) -> None:
    connection.putrequest("POST", ECHO)
    connection.putheader("Content-Length", "1000000")
    connection.endheaders()
    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())["code"]) == (401, "signature_missing")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"keys": Keyring(Key(id="derived", secret=b"x" * 32))}, "signature_wrong"),
        ({"keys": Keyring(Key(id="other", secret=b"x" * 32))}, "signature_key_unknown"),
        ({"audience": "payments"}, "signature_for_another_module"),
        ({"now": time.time() - 60}, "signature_too_old"),
        ({"now": time.time() + 60}, "signature_from_the_future"),
        ({"content": b"{}"}, "signature_wrong"),
        ({"path": RAISE}, "signature_wrong"),
    ],
)
def test_call_whose_signature_does_not_fit_is_refused(
    connection: http.client.HTTPConnection, service: LentService, options: dict[str, Any], reason: str
) -> None:
    if "keys" in options and reason == "signature_wrong":
        options = {"keys": Keyring(Key(id=installed_keys().signing.id, secret=b"x" * 32))}
    status, answer = ask(connection, Authorization=signature(**options))
    assert (status, answer["code"]) == (401, reason)
    assert service.effects == []


def test_call_that_is_sent_again_as_it_was_is_refused(connection: http.client.HTTPConnection) -> None:
    header = signature()
    assert ask(connection, Authorization=header)[0] == 200
    status, answer = ask(connection, Authorization=header)
    assert (status, answer["code"]) == (401, "signature_replayed")


def test_old_key_is_accepted_until_it_is_retired(connection: http.client.HTTPConnection, settings: Any) -> None:
    old, new = Key(id="old", secret=b"o" * 32), Key(id="new", secret=b"n" * 32)
    settings.SEAMLINE_INTERNAL_KEYS = f"new:{'n' * 32},old:{'o' * 32}"
    assert ask(connection, Authorization=signature(keys=Keyring(old)))[0] == 200
    assert ask(connection, Authorization=signature(keys=Keyring(new, old)))[0] == 200
    settings.SEAMLINE_INTERNAL_KEYS = f"new:{'n' * 32}"
    assert ask(connection, Authorization=signature(keys=Keyring(old)))[1]["code"] == "signature_key_unknown"
    assert ask(connection, Authorization=signature(keys=Keyring(new)))[0] == 200


@pytest.mark.parametrize(
    ("path", "audience"),
    [
        ("/internal/calls/payments/capture", "payments"),
        (f"/internal/calls/{MODULE}/nothing", MODULE),
        (f"/internal/calls/{MODULE}/__init__", MODULE),
        (f"/internal/calls/{MODULE}/echo/", MODULE),
        (f"/internal/calls/{MODULE}/../{MODULE}/echo", MODULE),
    ],
)
def test_what_no_contract_here_declares_cannot_be_called(
    connection: http.client.HTTPConnection, path: str, audience: str
) -> None:
    status, answer = ask(connection, path, Authorization=signature(path, audience=audience))
    assert (status, error(answer).code) == (503, "seamline.module_unavailable")


def test_only_post_is_taken_and_only_with_a_length(connection: http.client.HTTPConnection) -> None:
    connection.request("GET", ECHO)
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Allow"]) == (405, "POST")
    answer.read()
    connection.close()
    connection.putrequest("POST", ECHO)
    connection.putheader("Authorization", signature())
    connection.endheaders()
    assert connection.getresponse().status == 411


def test_call_that_is_too_large_is_refused_before_it_is_read(connection: http.client.HTTPConnection) -> None:
    connection.putrequest("POST", ECHO)
    connection.putheader("Authorization", signature())
    connection.putheader("Content-Length", str(MOST_BYTES + 1))
    connection.endheaders()
    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[]", b"nonsense", b'{"arguments":{},"timeout_ms":"soon"}', b"\xff\xfe", b'{"arguments":' * 2000],
)
def test_body_that_is_no_call_is_an_invalid_argument(connection: http.client.HTTPConnection, content: bytes) -> None:
    status, answer = ask(connection, content=content, Authorization=signature(content=content))
    assert (status, error(answer).code) == (400, "seamline.invalid_argument")


@pytest.mark.parametrize("arguments", [{}, {"names": 1}, {"names": [1]}, {"names": None}])
def test_arguments_that_do_not_fit_are_refused(
    connection: http.client.HTTPConnection, arguments: dict[str, Any]
) -> None:
    content = body(arguments)
    status, answer = ask(connection, content=content, Authorization=signature(content=content))
    assert (status, error(answer).code) == (400, "seamline.invalid_argument")


def test_argument_that_is_not_known_here_is_passed_over(connection: http.client.HTTPConnection) -> None:
    content = body({"names": ["a"], "from_a_newer_caller": {"x": 1}})
    assert ask(connection, content=content, Authorization=signature(content=content))[0] == 200


def test_command_without_an_idempotency_key_is_refused(
    connection: http.client.HTTPConnection, service: LentService
) -> None:
    content = body({"name": "a", "by": 1})
    status, answer = ask(connection, RAISE, content, Authorization=signature(RAISE, content))
    assert (status, error(answer).code) == (400, "seamline.invalid_argument")
    assert service.effects == []


def test_call_whose_time_is_up_is_not_run(connection: http.client.HTTPConnection) -> None:
    content = body(timeout_ms=0)
    status, answer = ask(connection, content=content, Authorization=signature(content=content))
    assert (status, error(answer).code) == (504, "seamline.deadline_exceeded")


def test_no_secret_is_logged_whatever_goes_wrong(
    connection: http.client.HTTPConnection, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        content = body({"name": 7, "by": 1, "password": Secret("hunter2-hunter2")}, idempotency_key="k")
        header = signature(RAISE, content)
        status, answer = ask(connection, RAISE, content, Authorization=header)
        ask(connection, RAISE, content, Authorization=header)
    assert status == 400
    told = caplog.text + json.dumps(answer)
    assert "hunter2" not in told
    assert header.rpartition("mac=")[2] not in told
