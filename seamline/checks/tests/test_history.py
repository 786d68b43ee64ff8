"""The checks of retention and archives, each with a planted fault."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from seamline.checks.history import archive_findings, retention_findings
from seamline.history.ranges import ArchivedRange
from seamline.modules import Module, registry


@pytest.mark.parametrize(
    "planted", [None, 90, {"orders": 90}, {"orders": timedelta(0)}, {"orders": timedelta(days=-1)}, {"orders": "90d"}]
)
def test_retention_that_is_no_span_is_found(planted: Any) -> None:
    assert [finding.id for finding in retention_findings(planted)] == ["seamline.E023"]


def test_sound_retention_passes() -> None:
    assert list(retention_findings({})) == []
    assert list(retention_findings({"orders": timedelta(days=90)})) == []


@pytest.mark.parametrize(("content", "found"), [(None, ["seamline.E024"]), (b"12", ["seamline.E024"]), (b"123", [])])
def test_missing_file_of_the_archive_is_found(
    content: bytes | None, found: list[str], tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    planted = ArchivedRange(first=1, last=2, events=2, file="file", sha256="0" * 64, bytes=3, first_at=now, last_at=now)
    settings.SEAMLINE_ARCHIVE_DIR = tmp_path
    if content is not None:
        (tmp_path / "file").write_bytes(content)
    monkeypatch.setattr("seamline.checks.history.archived_ranges", lambda alias: (planted,))
    monkeypatch.setitem(registry._HOSTED, "planted", Module(name="planted", owner="tests"))
    assert [finding.id for finding in archive_findings("planted")] == found
