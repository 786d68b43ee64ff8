"""The sample modules of the events' tests; the ledger has a table that a projection fills: units sold of each item."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections

from seamline.data.migration import as_owner
from seamline.events.tests import sample
from seamline.events.tests.conftest import _sample_schemas, shop, shop_connection
from seamline.projections.tests import ledger

__all__ = ["_sample_schemas", "shop", "shop_connection"]


@pytest.fixture(scope="session")
def _books(_sample_schemas: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        sample.add_aliases()
        with as_owner(sample.LEDGER), connections[sample.LEDGER].cursor() as cursor:
            cursor.execute(ledger.TABLES)
        sample.remove_aliases()


@pytest.fixture
def books(shop: None, _books: None) -> Iterator[None]:
    """The ledger with its projection, empty."""
    ledger.behaviour.clear()
    sample.host(ledger.projection())
    yield
    ledger.clean()
