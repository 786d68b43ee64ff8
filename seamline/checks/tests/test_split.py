"""Planted faults in what a split is asked to be."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.checks import run_checks

from seamline.checks.split import split_findings

MODULES = ("catalog", "orders", "payments", "storefront")


def ids(text: str, **environment: str) -> list[str]:
    found = split_findings(text, modules=MODULES, stays="storefront", environment=environment)
    return [finding.id for finding in found]


@pytest.mark.parametrize("text", ["ordes", "orders,orders", "orders+payments,orders", "storefront", "orders,,", "../x"])
def test_split_that_cannot_be_made_is_found(text: str) -> None:
    assert ids(text) == ["seamline.E038"]


@pytest.mark.parametrize("text", ["orders", "orders,payments", "orders+payments,catalog", "all", " orders , payments "])
def test_split_that_can_be_made_passes(text: str) -> None:
    assert ids(text) == []


@pytest.mark.parametrize(
    ("hub", "orders"),
    [
        ("postgresql://a:b@db/shop", "postgresql://a:b@db/shop"),
        ("postgresql://a:b@db/shop", "postgresql://c:d@db:5432/shop?sslmode=require"),
    ],
)
def test_two_deployables_on_one_database_are_found_without_a_password(hub: str, orders: str) -> None:
    (found,) = split_findings(
        "orders", modules=MODULES, stays="storefront", environment={"DATABASE_URL": hub, "ORDERS_DATABASE_URL": orders}
    )
    assert (found.id, found.where) == ("seamline.E039", "orders")
    assert ":b@" not in f"{found.problem}{found.hint}"


def test_databases_of_their_own_pass() -> None:
    hub = "postgresql://a:b@db/shop"
    assert ids("orders,payments", DATABASE_URL=hub, ORDERS_DATABASE_URL="postgresql://a:b@db/orders") == []
    assert ids("orders,payments", DATABASE_URL=hub) == []
    assert ids("orders,payments", ORDERS_DATABASE_URL=hub, PAYMENTS_DATABASE_URL=hub) == ["seamline.E039"]


def test_setting_is_looked_at_where_there_is_one(settings: Any) -> None:
    settings.SEAMLINE_SPLIT = "nowhere"
    assert "seamline.E038" in [message.id for message in run_checks(tags=["seamline"])]
    settings.SEAMLINE_SPLIT = ""
    assert "seamline.E038" not in [message.id for message in run_checks(tags=["seamline"])]
