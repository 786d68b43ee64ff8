"""The sample modules: schemas, roles and tables in the session's database, hosted alone during each test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from seamline.events.tests import sample


@pytest.fixture(scope="session")
def _sample_schemas(admin_url: str, django_db_blocker: Any) -> Iterator[None]:
    from django.conf import settings
    from django.core.management import call_command

    from seamline.data.migration import as_owner
    from seamline.data.provision import provision

    with django_db_blocker.unblock():
        provision(admin_url=admin_url, schemas=(sample.SHOP, sample.LEDGER), secret=settings.SEAMLINE_SECRET)
        sample.add_aliases()
        for alias in (sample.SHOP, sample.LEDGER):
            with as_owner(alias):
                call_command("migrate", "seamline", database=alias, verbosity=0, interactive=False)
        with psycopg.connect(admin_url) as connection:
            connection.execute(f"SET ROLE {sample.LEDGER}_owner")
            connection.execute(f"SET search_path = {sample.LEDGER}")
            connection.execute(sample.EFFECT)
        sample.remove_aliases()
    return


@pytest.fixture
def shop(database: None, _sample_schemas: None) -> Iterator[None]:
    """Both sample modules, empty; the test says which subscriptions the ledger has: ``sample.host(...)``."""
    from django.urls import get_resolver

    from seamline.events.publishing import _declared
    from seamline.modules import registry

    _ = get_resolver().url_patterns  # made once in a session, from the modules that are hosted then
    hosted = dict(registry._HOSTED)
    sample.add_aliases()
    sample.behaviour.clear()
    _declared.clear()
    sample.host()
    yield
    registry._HOSTED.clear()
    registry._HOSTED.update(hosted)
    sample.remove_aliases()


@pytest.fixture
def shop_connection(admin_url: str, shop: None) -> Iterator[psycopg.Connection]:
    """An administrator's connection with the publisher's schema in its path; not in autocommit."""
    with psycopg.connect(admin_url, options=f"-c search_path={sample.SHOP}") as connection:
        yield connection
        connection.rollback()
        connection.autocommit = True
        for (name,) in connection.execute("SELECT gid FROM pg_prepared_xacts WHERE database = current_database()"):
            connection.execute(f"ROLLBACK PREPARED '{name}'")
