"""Compares what the analytics module answers over HTTP with an independent count from the file's lines."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

from rest_framework.test import APIClient

from seamline.web.principal import Principal
from tests.retail.independent_analytics import PENNY, history_of

OPERATOR = Principal(operator="olivia", permissions=frozenset(("analytics.view_salesreport",)))


def answer(path: str, **parameters: object) -> Any:
    """What an operator gets."""
    client = APIClient()
    client.force_authenticate(OPERATOR)
    response = client.get(f"/api/v1/analytics/{path}/", parameters)
    assert response.status_code == 200, response.content
    return response.json()


def assert_analytics_agree(path: Path, *, pairs: int) -> None:
    """Every month and cohort agree to the penny and the customer, and so many pairs to the basket."""
    history = history_of(path)
    months = answer("revenue", months=120)["months"]
    assert [month["month"] for month in months] == sorted(history.net)
    for month in months:
        assert Decimal(month["net"]) == history.net[month["month"]].quantize(PENNY), month
        assert month["orders"] == len(history.orders[month["month"]]), month
    for before, month in pairwise(months):
        change = Decimal(month["net"]) / Decimal(before["net"]) - 1
        assert abs(Decimal(month["change"]) - change) <= Decimal("0.0001")
    cohorts = answer("retention", cohorts=120, columns=36)["cohorts"]
    assert {cohort["month"]: cohort["active"] for cohort in cohorts} == {
        cohort: history.active(cohort) for cohort in history.cohorts
    }
    found = answer("pairs", limit=pairs)
    assert found["baskets"] == len(history.baskets)
    assert len(found["pairs"]) == pairs
    for pair in found["pairs"]:
        assert pair["together"] == history.together(pair["first"], pair["second"]), pair
        assert pair["with_first"] == history.together(pair["first"]), pair
        assert pair["with_second"] == history.together(pair["second"]), pair
