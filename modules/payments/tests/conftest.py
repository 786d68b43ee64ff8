"""Fixtures of the payments tests."""

from __future__ import annotations

from typing import Any

import pytest

from modules.payments.infra import provider as serving
from modules.payments.tests.helpers import Failing


@pytest.fixture
def failing(settings: Any) -> Failing:
    """The provider of this test: the sandbox whose calls can be made to fail."""
    settings.PAYMENT_PROVIDER = "modules.payments.tests.helpers.Failing"
    serving._made.cache_clear()
    made = serving.provider()
    assert isinstance(made, Failing)
    return made
