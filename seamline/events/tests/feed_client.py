"""Asking the feed's server through Django's client, as a subscriber elsewhere would: signed, answers checked."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import urlencode

from django.test import Client

from seamline.events.tests import sample
from seamline.signing import Keyring, Message, Signed, installed_keys, sign, verify_answer

PATH = f"/internal/feeds/{sample.SHOP}"
NAMES = ["sample_shop.sold", "sample_shop.renamed"]


def ask(
    path: str = PATH,
    *,
    keys: Keyring | None = None,
    audience: str = sample.SHOP,
    headers: dict[str, str] | None = None,
    body: bytes | None = None,
    **query: Any,
) -> tuple[int, Any]:
    """The status and the decoded answer; a signed request unless other headers are given."""
    text = urlencode(query, doseq=True)
    method = "GET" if body is None else "POST"
    message = Message(method=method, path=path, query=text, body=body or b"")
    header, signed = sign(message, keys=keys or installed_keys(), caller="ledger", audience=audience, now=time.time())
    sent = {"Authorization": header} if headers is None else headers
    target = f"{path}?{text}" if text else path
    client = Client()
    answer = (
        client.get(target, headers=sent)
        if body is None
        else client.post(target, data=body, content_type="application/json", headers=sent)
    )
    if answer.status_code != 401 and headers is None:
        check_signature(answer.content, answer.status_code, answer.headers.get("Seamline-Signature"), signed)
    return answer.status_code, json.loads(answer.content)


def check_signature(body: bytes, status: int, header: str | None, signed: Signed) -> None:
    verify_answer(body, status=status, header=header, request=signed, keys=installed_keys())


def read(**query: Any) -> Any:
    """The answer to a read of both names from the beginning, unless the query says otherwise."""
    status, answer = ask(**{"after": 0, "limit": 10, "names": NAMES, **query})
    assert status == 200, answer
    return answer


def numbers(answer: Any) -> list[int]:
    """The numbers of the events of an answer."""
    return [event["data"]["number"] for event in answer["events"]]


def last_position() -> int:
    """Up to where the log is settled."""
    return int(read(limit=1000)["position"])
