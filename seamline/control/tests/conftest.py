"""Faults are allowed in the tests of this room."""

from __future__ import annotations

import pytest
from django.conf import settings


@pytest.fixture(autouse=True)
def faults_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "SEAMLINE_FAULTS", True)
