"""A payload of the first version, as it lies in the corpus, arrives at the class of the third."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from seamline.contract import upcaster
from seamline.events import UndecodableEvent
from seamline.schemas import Kind, read_corpus, release, schema_findings
from seamline.schemas.lifting import decoded
from seamline.schemas.tests import making
from seamline.schemas.tests.making import NAME, contract, event


def test_released_payloads_are_lifted_two_steps(folder: Path) -> None:
    release([contract(event({"item": str, "grams": int | None}))], read_corpus(folder))
    _register(1, _in_kilos)
    release([contract(event({"item": str, "kilos": float}, version=2))], read_corpus(folder))
    _register(2, _with_unit)
    third = event({"item": str, "weight": dict[str, float], "note": str}, version=3, note="none")
    release([contract(third)], read_corpus(folder))
    corpus = read_corpus(folder)
    assert schema_findings([contract(third)], corpus) == ()
    first, second, _ = corpus.events[NAME]
    assert [each.schema_version for each in corpus.events[NAME]] == [1, 2, 3]
    for sample in first.latest.samples:
        value: Any = decoded(event=NAME, schema_version=1, payload=sample)
        assert value.weight == {"kg": (sample["grams"] or 0) / 1000}
        assert (value.item, value.note) == (sample["item"], "none")
    for sample in second.latest.samples:
        value = decoded(event=NAME, schema_version=2, payload=sample)
        assert value.weight == {"kg": sample["kilos"]}


def test_subscriber_with_the_older_class_says_what_to_deploy(folder: Path) -> None:
    release([contract(event({"item": str}))], read_corpus(folder))
    with pytest.raises(UndecodableEvent, match="Deploy the newer contract here, then redrive"):
        decoded(event=NAME, schema_version=2, payload={"item": "pear"})


def test_upcaster_taken_out_later_is_found(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from seamline.contract import upcasting

    release([contract(event({"item": str, "grams": int}))], read_corpus(folder))
    _register(1, _in_kilos)
    second = event({"item": str, "kilos": float}, version=2)
    release([contract(second)], read_corpus(folder))
    monkeypatch.setattr(upcasting, "_UPCASTERS", {})
    (finding,) = schema_findings([contract(second)], read_corpus(folder))
    assert finding.kind is Kind.INCOMPATIBLE
    assert "nothing lifts payloads from version 1 to 2" in finding.problem


def _register(version: int, function: Any) -> None:
    function.__module__ = making.__name__  # where these events are said to be
    upcaster(NAME, from_version=version)(function)


def _in_kilos(payload: dict[str, Any]) -> dict[str, Any]:
    return {"item": payload["item"], "kilos": (payload["grams"] or 0) / 1000}


def _with_unit(payload: dict[str, Any]) -> dict[str, Any]:
    return {"item": payload["item"], "weight": {"kg": payload["kilos"]}}
