"""The corpus' files: the same on every machine, and any change by hand shows."""

from __future__ import annotations

from pathlib import Path

from seamline.contract import upcaster
from seamline.schemas import Kind, read_corpus, release, schema_findings
from seamline.schemas.tests.making import NAME, contract, event
from seamline.schemas.tests.test_rules import making_identity


def damages(folder: Path) -> list[str]:
    findings = schema_findings([], read_corpus(folder))
    assert all("version control" in each.advice for each in findings if each.kind is Kind.DAMAGED)
    return [each.problem for each in findings if each.kind is Kind.DAMAGED]


def test_two_releases_of_one_class_write_the_same_bytes(tmp_path: Path) -> None:
    kind = event({"item": str, "grams": int | None})
    for name in ("one", "two"):
        release([contract(kind)], read_corpus(tmp_path / name))
    one, two = (tmp_path / name / NAME / "v1.json" for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()


def test_change_by_hand_is_found(folder: Path) -> None:
    release([contract(event({"item": str, "grams": int}))], read_corpus(folder))
    path = folder / NAME / "v1.json"
    path.write_text(path.read_text().replace('"integer"', '"string"'))
    (damage,) = damages(folder)
    assert "was changed after its release" in damage


def test_file_that_is_no_json_or_lies_in_the_wrong_place_is_found(folder: Path) -> None:
    release([contract(event({"item": str}))], read_corpus(folder))
    path = folder / NAME / "v1.json"
    path.rename(path.with_name("v7.json"))
    assert "holds version 1" in damages(folder)[0]
    (folder / NAME / "v7.json").write_text("{")
    assert "cannot be read" in damages(folder)[0]


def test_missing_version_between_others_is_found(folder: Path) -> None:
    for version in (1, 2, 3):
        upcaster(NAME, from_version=version)(making_identity)
        release([contract(event({"item": str}, version=version))], read_corpus(folder))
    (folder / NAME / "v2.json").unlink()
    (damage,) = damages(folder)
    assert "v2.json is missing" in damage


def test_taking_out_a_revision_is_found(folder: Path) -> None:
    release([contract(event({"item": str}))], read_corpus(folder))
    first = (folder / NAME / "v1.json").read_text()
    release([contract(event({"item": str, "note": str}, note=""))], read_corpus(folder))
    path = folder / NAME / "v1.json"
    second = path.read_text()
    opening = second.index("[") + 1
    path.write_text(second[:opening] + second[second.index('\n    {\n      "contract"', opening + 20) :])
    assert "revision 1 has another digest" in damages(folder)[0]
    path.write_text(first)
    assert damages(folder) == []
