"""What may change in a released event: a planted fault for each rule, and what the finding tells to do."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from seamline.contract import Event, upcaster
from seamline.schemas import Kind, NotReleasable, SchemaFinding, read_corpus, release, schema_findings
from seamline.schemas.tests import making
from seamline.schemas.tests.making import NAME, contract, event, record

FIELDS: dict[str, Any] = {"item": str, "grams": int}


class Colour(enum.StrEnum):
    RED = "red"


class MoreColours(enum.StrEnum):
    RED = "red"
    BLUE = "blue"


class OpenColour(enum.StrEnum):
    RED = "red"
    OTHER = "other"

    @classmethod
    def _missing_(cls, value: object) -> OpenColour:
        return cls.OTHER


class OpenMoreColours(enum.StrEnum):
    RED = "red"
    BLUE = "blue"
    OTHER = "other"

    @classmethod
    def _missing_(cls, value: object) -> OpenMoreColours:
        return cls.OTHER


def released(folder: Path, *kinds: type[Event]) -> None:
    """Release one after the other, as the code had them in turn."""
    for kind in kinds:
        release([contract(kind)], read_corpus(folder), widened=True)


def found(folder: Path, *kinds: type[Event]) -> tuple[SchemaFinding, ...]:
    return schema_findings([contract(*kinds)], read_corpus(folder))


def only(findings: tuple[SchemaFinding, ...], kind: Kind) -> SchemaFinding:
    (finding,) = findings
    assert finding.kind is kind, finding
    return finding


def test_new_event_asks_for_release_and_is_quiet_after_it(folder: Path) -> None:
    kind = event(FIELDS)
    assert "events schemas --release" in only(found(folder, kind), Kind.UNRELEASED).advice
    released(folder, kind)
    assert found(folder, kind) == ()


def test_removed_or_renamed_event_is_incompatible_and_its_name_is_to_be_restored(folder: Path) -> None:
    released(folder, event(FIELDS))
    renamed = event(FIELDS, name="sample_balance.put_on_the_scale")
    new, gone = found(folder, renamed)
    assert (gone.event, gone.kind, new.kind) == (NAME, Kind.INCOMPATIBLE, Kind.UNRELEASED)
    assert "Restore the class under this name" in gone.advice


@pytest.mark.parametrize(
    ("before", "after", "field", "advice"),
    [
        ({"grams": int}, {}, "grams", "Keep the field"),
        ({"grams": int}, {"weight": (int, 0)}, "grams", "Keep the field"),
        ({"grams": int}, {"grams": int, "note": str}, "note", "Give it a default"),
        ({"grams": int}, {"grams": str}, "grams", "Keep the type"),
        ({"grams": float}, {"grams": int}, "grams", "Keep the type"),
        ({"grams": int | None}, {"grams": int}, "grams", "Keep the type"),
        ({"colour": MoreColours}, {"colour": Colour}, "colour", "Keep the type"),
        ({"at": str}, {"at": UUID}, "at", "Keep the type"),
        ({"parts": tuple[int, ...]}, {"parts": tuple[int, int]}, "parts", "Keep the type"),
        ({"box": record(grams=int)}, {"box": record()}, "box.grams", "Keep the field"),
        ({"box": record(grams=int)}, {"box": record(grams=int, note=str)}, "box.note", "Give it a default"),
        ({"boxes": tuple[record(grams=int), ...]}, {"boxes": tuple[record(grams=bool), ...]}, "boxes[].grams", "Keep"),
        ({"box": record(grams=int) | None}, {"box": record(grams=str) | None}, "box.grams", "Keep the type"),
    ],
)  # fmt: skip
def test_change_that_breaks_released_payloads_names_the_field_and_what_to_do(
    folder: Path, before: dict[str, Any], after: dict[str, Any], field: str, advice: str
) -> None:
    released(folder, event({"item": str, **before}))
    defaults = {name: pair[1] for name, pair in after.items() if isinstance(pair, tuple)}
    types = {name: pair[0] if isinstance(pair, tuple) else pair for name, pair in after.items()}
    finding = only(found(folder, event({"item": str, **types}, **defaults)), Kind.INCOMPATIBLE)
    assert finding.event == f"{NAME}, field {field}"
    assert advice in finding.advice
    assert "raise schema_version to 2" in finding.advice
    assert f'@upcaster("{NAME}", from_version=1)' in finding.advice


@pytest.mark.parametrize(
    ("before", "after", "default"),
    [
        ({}, {"note": str}, ""),
        ({}, {"note": str | None}, None),
        ({}, {"tags": tuple[str, ...]}, ()),
        ({}, {"number": UUID}, uuid4),
        ({"box": record(grams=int)}, {"box": record(grams=int, note=(str, ""))}, None),
        ({"colour": OpenColour}, {"colour": OpenMoreColours}, None),
    ],
)
def test_compatible_change_asks_for_release_and_appends_a_revision(
    folder: Path, before: dict[str, Any], after: dict[str, Any], default: Any
) -> None:
    first = event({**FIELDS, **before})
    released(folder, first)
    path = folder / NAME / "v1.json"
    old = path.read_text()
    added = {name: default for name in after if name not in before}
    second = event({**FIELDS, **after}, **added)
    only(found(folder, second), Kind.UNRELEASED)
    assert path.read_text() == old, "a check writes nothing"
    released(folder, second)
    assert found(folder, second) == ()
    (version,) = read_corpus(folder).events[NAME]
    assert len(version.revisions) == 2
    assert old[: old.rindex('"digest"')] in path.read_text(), "the first revision stands as it stood"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (int, int | None),
        (int, float),
        (Colour, MoreColours),
        (UUID, str),
        (tuple[int, int], tuple[int, ...]),
        (Mapping[str, int], Mapping[str, int | str]),
        (int, Decimal),
    ],
)
def test_wider_type_is_released_only_when_its_readers_are_deployed(folder: Path, before: Any, after: Any) -> None:
    released(folder, event({"item": str, "value": before}))
    wider = event({"item": str, "value": after})
    finding = only(found(folder, wider), Kind.WIDENED)
    assert "Deploy this contract to every subscriber before" in finding.advice
    assert "may now be" in finding.problem
    with pytest.raises(NotReleasable):
        release([contract(wider)], read_corpus(folder))
    released(folder, wider)
    assert found(folder, wider) == ()


def test_lowered_schema_version_is_incompatible(folder: Path) -> None:
    upcaster(NAME, from_version=1)(making_identity)
    released(folder, event(FIELDS), event(FIELDS, version=2))
    finding = only(found(folder, event(FIELDS)), Kind.INCOMPATIBLE)
    assert "Set schema_version=2 again" in finding.advice


def test_version_that_leaves_one_out_is_incompatible(folder: Path) -> None:
    for step in (1, 2):
        upcaster(NAME, from_version=step)(making_identity)
    released(folder, event(FIELDS))
    assert "Set schema_version=2" in only(found(folder, event(FIELDS, version=3)), Kind.INCOMPATIBLE).advice


def test_raised_version_without_upcaster_is_incompatible(folder: Path) -> None:
    released(folder, event(FIELDS))
    problem, new = found(folder, event({"item": str, "kilos": float}, version=2))
    assert (problem.kind, new.kind) == (Kind.INCOMPATIBLE, Kind.UNRELEASED)
    assert "Subscribers with older code park" in new.advice
    assert f'@upcaster("{NAME}", from_version=1)' in problem.advice


def test_upcaster_that_does_not_lift_every_sample_is_incompatible(folder: Path) -> None:
    released(folder, event(FIELDS))
    upcaster(NAME, from_version=1)(making_identity)
    problem, _ = found(folder, event({"item": str, "kilos": float}, version=2))
    assert problem.kind is Kind.INCOMPATIBLE
    assert "Correct the upcaster" in problem.advice


def test_upcaster_that_only_some_processes_load_is_incompatible(folder: Path) -> None:
    released(folder, event(FIELDS))

    @upcaster(NAME, from_version=1)
    def elsewhere(payload: dict[str, Any]) -> dict[str, Any]:
        return payload

    problem, _ = found(folder, event(FIELDS, version=2))
    assert problem.kind is Kind.INCOMPATIBLE
    assert making.__name__ in problem.advice


def test_upcaster_that_the_contracts_file_imports_is_fine(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    released(folder, event(FIELDS))

    @upcaster(NAME, from_version=1)
    def elsewhere(payload: dict[str, Any]) -> dict[str, Any]:
        return payload

    monkeypatch.setattr(making, "elsewhere", elsewhere, raising=False)  # as an import there would
    only(found(folder, event(FIELDS, version=2)), Kind.UNRELEASED)


def test_changed_key_is_incompatible_even_with_a_new_version(folder: Path) -> None:
    fields = {**FIELDS, "scale": str}
    released(folder, event(fields))
    assert 'Set key="item" again' in only(found(folder, event(fields, key="scale")), Kind.INCOMPATIBLE).advice


def test_default_that_completes_released_payloads_is_kept(folder: Path) -> None:
    wider = {**FIELDS, "unit": str}
    released(folder, event(FIELDS), event(wider, unit="g"))
    finding = only(found(folder, event(wider, unit="kg")), Kind.INCOMPATIBLE)
    assert 'Restore the default "g"' in finding.advice


def test_default_of_a_field_that_every_payload_has_may_change(folder: Path) -> None:
    released(folder, event(FIELDS, grams=1))
    only(found(folder, event(FIELDS, grams=2)), Kind.UNRELEASED)


def test_nothing_is_released_while_one_event_is_incompatible(folder: Path) -> None:
    released(folder, event(FIELDS))
    new = event({"item": str}, name="sample_balance.calibrated")
    with pytest.raises(NotReleasable, match="Keep the field"):
        release([contract(event({"item": str}), new)], read_corpus(folder))
    assert [path.name for path in folder.iterdir()] == [NAME]


def test_dry_run_names_the_files_and_writes_none(folder: Path) -> None:
    (planned,) = release([contract(event(FIELDS))], read_corpus(folder), dry_run=True)
    assert planned.path == f"released/{NAME}/v1.json"
    assert not folder.exists()


def making_identity(payload: dict[str, Any]) -> dict[str, Any]:
    return payload


making_identity.__module__ = making.__name__  # where the events of these tests are said to be
