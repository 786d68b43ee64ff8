"""The sample module: schema, roles and tables in the session's database, hosted alone during each test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from seamline.sagas.tests import sample


@pytest.fixture(scope="session")
def _trips_schema(admin_url: str, django_db_blocker: Any) -> None:
    from django.conf import settings
    from django.core.management import call_command

    from seamline.data.migration import as_owner
    from seamline.data.provision import provision

    with django_db_blocker.unblock():
        provision(admin_url=admin_url, schemas=(sample.TRIPS,), secret=settings.SEAMLINE_SECRET)
        sample.add_alias()
        with as_owner(sample.TRIPS):
            call_command("migrate", "seamline", database=sample.TRIPS, verbosity=0, interactive=False)
        with psycopg.connect(admin_url) as connection:
            connection.execute(f"SET ROLE {sample.TRIPS}_owner")
            connection.execute(f"SET search_path = {sample.TRIPS}")
            connection.execute(sample.EFFECT)
        sample.remove_alias()


@pytest.fixture
def world(database: None, _trips_schema: None) -> Iterator[sample.World]:
    """What the steps do; nothing fails until the test says so."""
    from seamline.modules import registry

    hosted = dict(registry._HOSTED)
    sample.add_alias()
    sample.host("TRIP", "FOR_EVER", "PAID_LATER", "NEXT_DAY")
    sample.world.__init__()  # type: ignore[misc]
    yield sample.world
    registry._HOSTED.clear()
    registry._HOSTED.update(hosted)
    sample.remove_alias()
