"""The neighbours of orders, as fakes that keep their contracts."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from modules.orders.tests.helpers import Neighbours
from seamline.contract import Contract
from seamline.testing import Fake


@pytest.fixture
def neighbours(database: None, fakes: Callable[[type[Contract]], Fake]) -> Neighbours:
    """Catalogue, inventory and payments."""
    return Neighbours(fakes)
