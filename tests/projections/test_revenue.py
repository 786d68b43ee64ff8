"""Revenue by day, country and product: sums of events, the same when they are made anew, and read over HTTP."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from contracts.orders import OrderPlaced
from modules.analytics.infra import facts
from modules.analytics.models import DayRevenue, RevenuePlace
from modules.analytics.tests.samples import cancelled, credited, day, line, placed
from modules.analytics.tests.test_api import get
from seamline.contract import Event
from seamline.data import atomic
from seamline.events import drain
from seamline.events import publish as publish_events
from seamline.projections import compare, rebuild

pytestmark = pytest.mark.usefixtures("database")
NAME = "analytics.revenue"


def publish(*events: Event) -> None:
    """In a transaction of the orders', and delivered, as a batch of its own."""
    with atomic("orders"):
        publish_events(*events)
    drain()


def spring() -> OrderPlaced:
    """Three orders and a credit note; the one that is answered can be cancelled."""
    regretted = placed("2011-03-04", line("TEA", 2, "5.00"), line("CUP", 1, "2.00"), total="12.00")
    french = replace(placed("2011-03-04", line("TEA", 1, "5.00"), total="5.00"), country="France")
    publish(regretted, french, placed("2011-03-05", line("TEA", 4, "5.00"), total="20.00"))
    publish(credited("2011-03-06", total="-1.00"))
    return regretted


def rows(**parameters: str) -> list[tuple[str, int, str, str, str]]:
    answer = get("revenue/by", **parameters)
    assert answer.status_code == 200, answer.json()
    return [tuple(row.values()) for row in answer.json()["rows"]]


def test_days_countries_and_products_add_up() -> None:
    publish(cancelled(spring(), on="2011-03-06"))
    assert rows() == [
        ("2011-03-04", 2, "17.00", "0.00", "17.00"),
        ("2011-03-05", 1, "20.00", "0.00", "20.00"),
        ("2011-03-06", 0, "0.00", "13.00", "-13.00"),
    ]
    assert rows(by="country") == [
        ("United Kingdom", 2, "32.00", "13.00", "19.00"),
        ("France", 1, "5.00", "0.00", "5.00"),
    ]
    # The credit note gives back one TEA at 1.00, the cancellation two at 5.00 and the CUP.
    assert rows(by="product") == [("TEA", 4, "35.00", "11.00", "24.00"), ("CUP", 0, "2.00", "2.00", "0.00")]
    assert rows(since="2011-03-05", until="2011-03-05") == [("2011-03-05", 1, "20.00", "0.00", "20.00")]
    assert rows(country="France", by="product") == [("TEA", 1, "5.00", "0.00", "5.00")]
    assert rows(limit="1") == [("2011-03-06", 0, "0.00", "13.00", "-13.00")], "the latest days are those that are shown"


def test_days_of_a_month_add_up_to_the_month_of_the_sales_report() -> None:
    publish(cancelled(spring(), on="2011-03-06"))
    (month,) = facts.takings("GBP")
    days = DayRevenue.objects.filter(day__gte=day("2011-03-01").date(), day__lt=day("2011-04-01").date())
    assert sum(each.sold - each.taken_back for each in days) == month.net == Decimal("24.00")
    assert sum(each.orders for each in days) == month.orders


def test_order_that_is_placed_and_cancelled_in_one_batch_is_forgotten() -> None:
    order = placed("2011-03-04", total="7.00")
    publish(order, cancelled(order, on="2011-03-04"))
    (row,) = DayRevenue.objects.all()
    assert (row.orders, row.sold, row.taken_back) == (1, Decimal("7.00"), Decimal("7.00"))
    assert not RevenuePlace.objects.exists()


def test_sums_made_anew_are_those_that_are_there_and_spoilt_ones_are_mended() -> None:
    publish(cancelled(spring(), on="2011-03-06"))
    found = compare(NAME)
    assert found.is_equal, found.comparisons
    assert [(each.table, each.live) for each in found.comparisons] == [
        ("day_revenue", 4),
        ("product_revenue", 6),
        ("revenue_place", 2),
    ]
    DayRevenue.objects.filter(country="France").update(sold=0)
    outcome = rebuild(NAME)
    assert (outcome.swapped, outcome.is_equal, outcome.handled) == (True, False, 5)
    assert compare(NAME).is_equal


@pytest.mark.parametrize(
    "parameters", [{"by": "colour"}, {"since": "yesterday"}, {"currency": "pounds"}, {"limit": "0"}]
)
def test_nonsense_is_refused(parameters: dict[str, str]) -> None:
    assert get("revenue/by", **parameters).status_code == 400


def test_only_operators_with_the_permission_see_it() -> None:
    assert get("revenue/by", None).status_code in (401, 403)
