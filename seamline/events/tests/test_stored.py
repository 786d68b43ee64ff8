"""Old and new payloads: tolerant of new fields, lifted from old versions, refused in clear words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from seamline.contract import Event, upcasting
from seamline.events import StoredEvent, UndecodableEvent, upcaster


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed(Event, name="sample_scale.weighed", key="item", schema_version=3):
    item: str
    grams: int
    at: datetime


@pytest.fixture(autouse=True)
def _own_upcasters(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(upcasting, "_UPCASTERS", {})
    return


def row(data: str, *, schema_version: int = 3, name: str = "sample_scale.weighed") -> StoredEvent:
    return StoredEvent(7, uuid4(), name, schema_version, "pear", data, "{}", datetime(2026, 1, 1, tzinfo=UTC))


def test_unknown_fields_are_dropped() -> None:
    event = row('{"item": "pear", "grams": 5, "at": "2026-01-01T00:00:00Z", "colour": "green"}').decode()
    assert event == Weighed(item="pear", grams=5, at=datetime(2026, 1, 1, tzinfo=UTC))


def test_old_versions_are_lifted_step_by_step() -> None:
    upcaster("sample_scale.weighed", from_version=1)(lambda data: {"item": data["name"], "kilos": data["kilos"]})
    upcaster("sample_scale.weighed", from_version=2)(
        lambda data: {"item": data["item"], "grams": data["kilos"] * 1000, "at": "2026-01-01T00:00:00Z"}
    )
    assert row('{"name": "pear", "kilos": 2}', schema_version=1).decode() == Weighed(
        item="pear", grams=2000, at=datetime(2026, 1, 1, tzinfo=UTC)
    )


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (row('{"item": "pear"}'), "position 7 .* does not fit Weighed.*Give new fields a default"),
        (row("{}", schema_version=4), "has schema version 4, this process knows up to 3"),
        (row("{}", schema_version=1), "No upcaster lifts sample_scale.weighed from schema version 1 to 2"),
        (row("{}", name="sample_scale.gone"), "No loaded contract declares"),
    ],
)
def test_what_cannot_be_read_says_why(event: StoredEvent, text: str) -> None:
    with pytest.raises(UndecodableEvent, match=text):
        event.decode()


def test_two_upcasters_of_one_step_are_refused() -> None:
    upcaster("sample_scale.weighed", from_version=1)(lambda data: data)
    with pytest.raises(ValueError, match="Two upcasters"):
        upcaster("sample_scale.weighed", from_version=1)(lambda data: {})
