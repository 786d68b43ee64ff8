"""The document that leaves: read by the CloudEvents project's own library, and as the AsyncAPI document says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from cloudevents.core.formats.json import JSONFormat

from seamline.events import Delivery
from seamline.events.tests.sample import Sold
from seamline.externalise.cloud_event import Message, message_of
from seamline.externalise.rabbitmq import waves
from seamline.externalise.target import Kind, parse_targets
from seamline.schemas.asyncapi import CLOUD_EVENT


def delivery(*, key: str = "pear", meta: dict[str, Any] | None = None) -> Delivery[Any]:
    return Delivery(
        event=Sold(item=key, number=7),
        event_id=UUID(int=5),
        publisher="sample_shop",
        position=42,
        at=datetime(2026, 1, 31, 12, 0, 0, 250_000, tzinfo=UTC),
        meta=meta or {},
        attempt=1,
    )


def attributes(message: Message) -> dict[str, Any]:
    return dict(JSONFormat().read(None, message.body).get_attributes())


def test_attributes_are_those_of_the_event() -> None:
    message = message_of(delivery(meta={"correlation": "c-1", "actor": "customer:7"}))
    assert attributes(message) == {
        "specversion": "1.0",
        "id": "00000000-0000-0000-0000-000000000005",
        "source": "/seamline/sample_shop",
        "type": "sample_shop.sold",
        "subject": "pear",
        "partitionkey": "pear",
        "time": datetime(2026, 1, 31, 12, 0, 0, 250_000, tzinfo=UTC),
        "datacontenttype": "application/json",
        "sequence": "0000000000000000042",
        "schemaversion": "1",
        "correlationid": "c-1",
    }


@pytest.mark.parametrize("one", [delivery(), delivery(key=""), delivery(meta={"correlation": "c-1"})])
def test_what_leaves_is_what_the_asyncapi_document_says(one: Delivery[Any]) -> None:
    headers: Any = CLOUD_EVENT["headers"]
    sent = attributes(message_of(one))
    assert set(headers["required"]) <= set(sent) <= set(headers["properties"])
    for name, schema in headers["properties"].items():
        assert sent.get(name, schema.get("const")) == schema.get("const", sent.get(name))


def test_waves_hold_no_key_twice_and_each_key_in_order() -> None:
    keys = "abacabba"
    messages = [
        Message(event_id=str(number), name="n", publisher="p", key=key, body=b"") for number, key in enumerate(keys)
    ]
    found = waves(messages)
    assert [[message.key for _, message in wave] for wave in found] == [["a", "b", "c"], ["a", "b"], ["a", "b"], ["a"]]
    for key in "abc":
        sent = [index for wave in found for index, message in wave if message.key == key]
        assert sent == [index for index, each in enumerate(keys) if each == key]


def test_a_target_shows_neither_user_nor_password() -> None:
    (target,) = parse_targets("orders=valkeys://user:hidden@cache.internal:6380/2?maxlen=5&start=beginning#partners")
    assert (target.kind, target.name, target.maxlen, target.start) == (Kind.REDIS, "partners", 5, "beginning")
    assert target.url == "rediss://user:hidden@cache.internal:6380/2"
    assert repr(target) == "<Target orders partners rediss://cache.internal:6380/2>"
