"""Every event version that the shop ever released is still readable, exactly as a subscriber reads it from a log."""

from __future__ import annotations

from typing import Any

import pytest

from seamline.contract.codec import decoder, encode
from seamline.contract.event import event_for_name
from seamline.schemas import read_corpus, schema_findings, sources
from seamline.schemas.lifting import decoded

CORPORA = [(source, read_corpus(source.folder)) for source in sources()]
SAMPLES = [
    pytest.param(
        version.event, version.schema_version, sample, id=f"{version.event} v{version.schema_version} {number}"
    )
    for _, corpus in CORPORA
    for versions in corpus.events.values()
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


def test_every_event_of_every_contract_and_aggregate_is_released() -> None:
    for source, corpus in CORPORA:
        assert schema_findings(source.publishers, corpus) == ()
        assert {event.event_name for each in source.publishers for event in each.events} == set(corpus.events)
    released = sum(len(corpus.events) for _, corpus in CORPORA)
    assert released >= 26
    assert len(SAMPLES) >= 3 * released
