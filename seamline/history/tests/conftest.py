"""The sample modules of the events' tests, with an archive of the test's own, also in the processes that it starts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from seamline.events.tests.conftest import _sample_schemas, shop, shop_connection

__all__ = ["_sample_schemas", "shop", "shop_connection"]


@pytest.fixture
def archive_files(shop: None, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory of the archive; the shop is there, empty."""
    settings.SEAMLINE_ARCHIVE_DIR = tmp_path / "archive"
    monkeypatch.setenv("SEAMLINE_ARCHIVE_DIR", str(settings.SEAMLINE_ARCHIVE_DIR))
    return tmp_path / "archive"
