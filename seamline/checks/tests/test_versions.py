"""The checks of released operations, each with a planted fault."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from seamline.checks.versions import check_versions, version_findings
from seamline.contract import Contract, query
from seamline.versions import surface_of, write_record


class Before(Contract, module="planted_versions", version="1.0"):
    """As it was released."""

    @query(timeout=1)
    def find(self, *, sku: str) -> str:
        """Find."""
        raise NotImplementedError


class After(Contract, module="planted_versions", version="1.1"):
    """As it is now."""

    @query(timeout=1)
    def find(self, *, sku: str, shelf: str) -> str:
        """Find."""
        raise NotImplementedError


def ids(found: Any) -> list[str]:
    return [each.id for each in found]


def test_project_is_understood_by_what_it_released() -> None:
    assert check_versions(None) == []


def test_change_that_breaks_released_callers_is_an_error_at_start(tmp_path: Path) -> None:
    write_record(tmp_path, surface_of(Before))
    assert ids(version_findings([Before], tmp_path)) == []
    (found,) = version_findings([After], tmp_path)
    assert (found.id, found.where) == ("seamline.E044", "planted_versions.find")
    assert "'shelf'" in found.problem
    assert found.hint


def test_record_changed_by_hand_is_an_error_at_start(tmp_path: Path) -> None:
    path = write_record(tmp_path, surface_of(Before))
    path.write_text(path.read_text().replace('"sku"', '"code"'))
    assert ids(version_findings([Before], tmp_path)) == ["seamline.E045"]
