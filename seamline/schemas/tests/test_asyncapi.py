"""The AsyncAPI document: valid by the official schema, true to the events, the same each time, served to all."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from django.core.management import call_command
from django.test import Client

from seamline.contract import Event
from seamline.contract.event import event_for_name
from seamline.events import Subscription
from seamline.modules import Module
from seamline.schemas import declared_contracts, read_corpus, released_folder
from seamline.schemas.asyncapi import asyncapi_document, document
from seamline.schemas.samples import samples_of
from seamline.schemas.tests.making import contract

OFFICIAL = jsonschema.Draft7Validator(json.loads((Path(__file__).parent / "asyncapi/3.0.0.json").read_text()))
ABOUT = {"title": "Scales", "version": "1", "description": "All."}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    grams: int
    taken_at: datetime | None = None
    """When the hand stood still."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed(Event, name="sample_balance.measured", key="item"):
    """Something lay on the scale."""

    item: str
    """What it was."""
    measures: tuple[Measure, ...]
    at: datetime


def scales(**about: Any) -> dict[str, Any]:
    listener = Module(
        name="sample_shelf",
        owner="tests",
        subscriptions=(Subscription(name="sample_shelf.note", events=(Weighed,), handler="nowhere:note"),),
    )
    corpus = read_corpus(Path("no/such/folder"))
    return document(about={**ABOUT, **about}, contracts=[contract(Weighed)], modules=[listener], corpus=corpus)


def test_document_of_the_shop_is_valid_by_the_official_schema() -> None:
    made = asyncapi_document()
    OFFICIAL.validate(made)
    assert set(made["channels"]) == {event.event_name for each in declared_contracts() for event in each.events}
    broken = deepcopy(made)
    next(iter(broken["operations"].values()))["action"] = "shout"
    with pytest.raises(jsonschema.ValidationError):
        OFFICIAL.validate(broken)


def test_servers_of_the_settings_are_part_of_a_valid_document() -> None:
    made = scales(servers={"broker": {"host": "broker.example:5672", "protocol": "amqp"}})
    OFFICIAL.validate(made)
    assert made["servers"]["broker"]["protocol"] == "amqp"


def test_every_reference_leads_somewhere() -> None:
    made = asyncapi_document()

    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
            return own + [found for each in value.values() for found in references(each)]
        return [found for each in value for found in references(each)] if isinstance(value, list) else []

    found = references(made)
    assert found
    for reference in found:
        target = made
        for part in reference.removeprefix("#/").split("/"):
            target = target[part]


def test_every_released_payload_fits_the_schema_that_the_document_gives() -> None:
    made = asyncapi_document()
    for name, versions in read_corpus(released_folder()).events.items():
        kind = event_for_name(name)
        assert kind is not None
        payload = {**made["components"]["messages"][name]["payload"], "components": made["components"]}
        validator = jsonschema.Draft202012Validator(payload)
        for version in (each for each in versions if each.schema_version == kind.schema_version):
            for sample in (*version.latest.samples, *samples_of(kind)):
                validator.validate(sample)


def test_publisher_sends_and_each_subscription_receives() -> None:
    made = scales()
    assert {name: each["action"] for name, each in made["operations"].items()} == {
        "receive.sample_shelf.note.sample_balance.measured": "receive",
        "send.sample_balance.measured": "send",
    }
    assert made["operations"]["send.sample_balance.measured"]["tags"] == [{"name": "sample_balance"}]


def test_docstrings_and_formats_are_told() -> None:
    made = scales()
    weighed, measure = (made["components"]["schemas"][name] for name in ("Weighed", "Measure"))
    assert made["channels"]["sample_balance.measured"]["description"] == "Something lay on the scale."
    assert weighed["properties"]["item"]["description"] == "What it was."
    assert weighed["properties"]["at"]["format"] == "date-time"
    assert measure["properties"]["taken_at"]["description"] == "When the hand stood still."
    assert {"type": "string", "format": "date-time"} in measure["properties"]["taken_at"]["anyOf"]


def test_document_is_the_same_each_time_and_the_command_prints_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    made = asyncapi_document()
    assert json.dumps(made) == json.dumps(asyncapi_document())
    call_command("events", "asyncapi", "--format", "json")
    assert json.loads(capsys.readouterr().out) == made
    for name, read in (("events.yaml", yaml.safe_load), ("events.json", json.loads)):
        call_command("events", "asyncapi", "--output", str(tmp_path / name))
        assert read((tmp_path / name).read_text()) == made


def test_document_and_page_are_served_without_a_database() -> None:
    client = Client()
    answer = client.get("/api/events/schema/")
    assert (answer.status_code, answer["content-type"]) == (200, "application/json")
    assert answer.json() == asyncapi_document()
    assert yaml.safe_load(client.get("/api/events/schema/?format=yaml").content) == answer.json()
    page = client.get("/api/events/docs/").content.decode()
    for name in answer.json()["channels"]:
        assert f'<article id="{name}"' in page
    assert "notifications.tell_buyers" in page
    assert "/api/events/docs/" in client.get("/api/schema/?format=json").json()["info"]["description"]
