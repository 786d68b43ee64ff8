"""Each test has its own events, upcasters and corpus."""

from __future__ import annotations

from pathlib import Path

import pytest

from seamline.contract import event as event_file
from seamline.contract import upcasting


@pytest.fixture(autouse=True)
def _own_events_and_upcasters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_file, "_EVENTS", dict(event_file._EVENTS))
    monkeypatch.setattr(upcasting, "_UPCASTERS", dict(upcasting._UPCASTERS))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "released"
