"""Roles and schemas are made where each module lives, again and again, by several at once."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings

from seamline.data.provision import provision, provision_hosted
from seamline.testing import at_once

SCHEMAS = "SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema|public)' ORDER BY 1"


@pytest.fixture
def elsewhere(database: None, admin_url: str) -> Iterator[str]:
    """An administrator's URL of a second, empty database."""
    name = "elsewhere_for_provision"
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield urlsplit(admin_url)._replace(path=f"/{name}").geturl()
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def schemas(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [name for (name,) in connection.execute(SCHEMAS)]


def test_module_with_a_server_of_its_own_is_provisioned_there_alone(elsewhere: str, admin_url: str) -> None:
    before = schemas(admin_url)
    provision_hosted(admin_url=admin_url, secret=settings.SEAMLINE_SECRET, module_urls={"catalog": elsewhere})
    assert schemas(elsewhere) == ["catalog"]
    assert schemas(admin_url) == before


def test_provisioning_twice_and_by_four_at_once_ends_the_same(elsewhere: str) -> None:
    def work(number: int) -> None:
        provision(admin_url=elsewhere, schemas=("catalog", "customers"), secret=settings.SEAMLINE_SECRET)

    assert at_once(work, threads=4) == [None] * 4
    assert schemas(elsewhere) == ["catalog", "customers"]
