"""What runs out, from the events alone: the numbers of the shelf, and the same when they are made anew."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from contracts.inventory import Inventory
from modules.inventory.models import StockItem, StockWatch
from modules.inventory.tests.helpers import lines, new_order, stock
from seamline.calls import use
from seamline.events import drain
from seamline.projections import compare, rebuild
from seamline.web.principal import Principal

pytestmark = pytest.mark.usefixtures("database")
NAME = "inventory.stock_alerts"
PATH = "/api/v1/inventory/alerts/"


def get(user: Principal | None, **parameters: object) -> Any:
    client = APIClient()
    client.force_authenticate(user)
    return client.get(PATH, parameters)


def busy_day() -> None:
    """Every kind of event: A is sold out at its end, B is low, C is enough."""
    stock(A=12, B=30, C=40)
    sold, held, given_back, regretted = (new_order() for _ in range(4))
    inventory = use(Inventory)
    for order, wanted in ((sold, lines(A=5, B=20)), (held, lines(A=7, B=2)), (given_back, lines(C=35))):
        inventory.reserve(order_id=order, lines=wanted)
    drain()
    inventory.confirm(order_id=sold)
    inventory.release(order_id=given_back, reason="changed my mind")
    inventory.reserve(order_id=regretted, lines=lines(C=4))
    inventory.confirm(order_id=regretted)
    drain()
    inventory.release(order_id=regretted, reason="sent back")
    inventory.adjust(sku=lines(C=1)[0].sku, change=-3, reason="broken")
    drain()


def test_numbers_are_those_of_the_shelf_and_levels_follow_from_them() -> None:
    busy_day()
    shelf = set(StockItem.objects.values_list("sku", "on_hand", "reserved"))
    assert set(StockWatch.objects.values_list("sku", "on_hand", "reserved")) == shelf
    assert shelf == {("A", 7, 7), ("B", 10, 2), ("C", 37, 0)}
    assert dict(StockWatch.objects.values_list("sku", "level")) == {"A": "out", "B": "low", "C": "enough"}


def test_rows_made_anew_are_those_that_are_there_and_spoilt_ones_are_mended() -> None:
    busy_day()
    found = compare(NAME)
    assert found.is_equal, found.comparisons
    assert [(each.table, each.live) for each in found.comparisons] == [("stock_watch", 3), ("stock_watch_sale", 1)]
    StockWatch.objects.filter(sku="A").update(level="enough")
    outcome = rebuild(NAME)
    assert (outcome.swapped, outcome.is_equal) == (True, False)
    assert StockWatch.objects.get(sku="A").level == "out"
    assert compare(NAME).is_equal


def test_operators_see_what_runs_out_the_sold_out_first() -> None:
    busy_day()
    olivia = Principal(operator="olivia", permissions=frozenset(("inventory.view_stockwatch",)))
    answer = get(olivia)
    assert [(row["sku"], row["level"], row["on_hand"]) for row in answer.json()] == [("A", "out", 7), ("B", "low", 10)]
    assert len(get(olivia, limit=1).json()) == 1
    assert get(olivia, limit=0).status_code == 400
    assert get(None).status_code in (401, 403)
    assert get(Principal(operator="oscar")).status_code == 403
