"""Every event version that the shop ever released is still readable, exactly as a subscriber reads it from a log."""

from __future__ import annotations

from typing import Any

import pytest

from seamline.contract.codec import decoder, encode
from seamline.contract.event import event_for_name
from seamline.schemas import declared_contracts, read_corpus, released_folder, schema_findings
from seamline.schemas.lifting import decoded

CORPUS = read_corpus(released_folder())
SAMPLES = [
    pytest.param(
        version.event, version.schema_version, sample, id=f"{version.event} v{version.schema_version} {number}"
    )
    for versions in CORPUS.events.values()
    for version in versions
    for number, sample in enumerate(sample for revision in version.revisions for sample in revision.samples)
]


@pytest.mark.parametrize(("event", "schema_version", "sample"), SAMPLES)
def test_released_payload_is_read(event: str, schema_version: int, sample: dict[str, Any]) -> None:
    value = decoded(event=event, schema_version=schema_version, payload=sample)
    assert value.event_name == event
    kind = event_for_name(event)
    assert kind is not None
    assert decoder(kind).decode(encode(value)) == value
    if schema_version == kind.schema_version:
        written = decoder(dict[str, Any]).decode(encode(value))
        assert {name: written[name] for name in sample} == sample, "nothing that was written is lost or changed"


def test_every_event_of_every_contract_is_released() -> None:
    assert schema_findings(declared_contracts(), CORPUS) == ()
    assert {event.event_name for contract in declared_contracts() for event in contract.events} == set(CORPUS.events)
    assert len(CORPUS.events) >= 19
    assert len(SAMPLES) >= 3 * len(CORPUS.events)
