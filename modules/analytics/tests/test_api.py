"""The figures over HTTP: for operators only, with the sums that the events make."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from rest_framework.test import APIClient

from modules.analytics.application.count_pairs import count_pairs
from modules.analytics.tests.samples import ANN, BOB, CLEO, cancelled, credited, deliver, line, placed
from seamline.web.principal import Principal

pytestmark = pytest.mark.usefixtures("database")
OLIVIA = Principal(operator="olivia", permissions=frozenset(("analytics.view_salesreport",)))


def get(path: str, user: Principal | None = OLIVIA, **parameters: object) -> Any:
    client = APIClient()
    client.force_authenticate(user)
    return client.get(f"/api/v1/analytics/{path}/", parameters)


def small_year() -> None:
    """Two months and a half of three customers and a guest."""
    tea, cup, bag = line("TEA", name="Tea"), line("CUP", name="Cup"), line("BAG", name="Bag")
    regretted = placed("2011-01-20", tea, customer=BOB, total="40.00")
    deliver(
        placed("2011-01-05", tea, cup, customer=ANN, total="60.00"),
        regretted,
        placed("2011-01-31", tea, cup, bag, total="40.00"),
        placed("2011-02-10", tea, cup, customer=ANN, total="90.00"),
        placed("2011-02-11", bag, customer=BOB, total="30.00"),
        cancelled(regretted, on="2011-02-12"),
        credited("2011-02-13", total="-20.00", customer=ANN),
        placed("2011-03-01", bag, tea, customer=BOB, total="10.00"),
        placed("2011-03-02", tea, customer=CLEO, total="5.00", currency="EUR"),
    )


def test_revenue_is_net_of_what_was_credited_and_cancelled_in_the_month() -> None:
    small_year()
    answer = get("revenue").json()
    assert (answer["currency"], answer["currencies"]) == ("GBP", ["GBP", "EUR"])
    assert answer["as_of"] == "2011-03-02T12:00:00Z"
    january, february, march = answer["months"]
    assert january == {
        "month": "2011-01",
        "orders": 3,
        "sold": "140.00",
        "credited": "0.00",
        "cancelled": "0.00",
        "net": "140.00",
        "change": None,
        "is_running": False,
    }
    assert (february["sold"], february["credited"], february["cancelled"]) == ("120.00", "-20.00", "-40.00")
    assert (february["net"], february["change"], february["is_running"]) == ("60.00", "-0.5714", False)
    assert (march["net"], march["is_running"]) == ("10.00", True)
    assert [month["net"] for month in get("revenue", currency="EUR").json()["months"]] == ["5.00"]


def test_a_change_needs_no_older_month_in_the_answer() -> None:
    small_year()
    (february,) = get("revenue", months=1, until="2011-02").json()["months"]
    assert (february["month"], february["change"]) == ("2011-02", "-0.5714")


def test_months_are_those_of_the_shops_time_zone() -> None:
    order = placed("2011-06-30")
    late = order.placed_at.replace(hour=23, minute=30)  # half past midnight in London
    deliver(type(order)(**{name: getattr(order, name) for name in order.__slots__} | {"placed_at": late}))
    assert [month["month"] for month in get("revenue").json()["months"]] == ["2011-07"]
    assert [cohort["month"] for cohort in get("retention").json()["cohorts"]] == []


def test_cohorts_count_customers_once_a_month_without_guests_and_cancelled_orders() -> None:
    small_year()
    answer = get("retention", columns=3).json()
    assert answer["cohorts"] == [
        {"month": "2011-01", "size": 1, "active": [1, 1, 0], "ended": 2, "shares": [1.0, 1.0, 0.0]},
        {"month": "2011-02", "size": 1, "active": [1, 1], "ended": 1, "shares": [1.0, 1.0]},
        {"month": "2011-03", "size": 1, "active": [1], "ended": 0, "shares": [1.0]},
    ]
    assert answer["average"] == [1.0, 1.0, None, None]


def test_pairs_are_named_and_told_from_the_latest_count() -> None:
    small_year()
    assert get("pairs").json() == {"counted_at": None, "baskets": 0, "pairs": []}
    count_pairs()
    answer = get("pairs").json()
    assert answer["baskets"] == 6
    first, second = answer["pairs"]
    assert (first["first_name"], first["second_name"], first["together"]) == ("Cup", "Tea", 3)
    assert (first["with_first"], first["with_second"], first["lift"]) == (3, 5, 1.2)
    assert (second["first"], second["second"], second["together"]) == ("BAG", "TEA", 2)
    assert [each["first"] for each in get("pairs", sku="BAG").json()["pairs"]] == ["BAG"]
    assert get("pairs", order="lift", limit=1).json()["pairs"] == [first]


def test_without_events_there_are_no_figures() -> None:
    assert get("revenue").json() == {"currency": "", "currencies": [], "as_of": None, "months": []}
    assert get("retention").json() == {"as_of": None, "cohorts": [], "average": []}


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        ("revenue", {"months": 0}),
        ("revenue", {"until": "2011-13"}),
        ("revenue", {"currency": "pounds"}),
        ("retention", {"columns": 37}),
        ("pairs", {"order": "alphabet"}),
        ("pairs", {"limit": 201}),
    ],
)
def test_parameters_that_are_none_are_refused(path: str, parameters: dict[str, object]) -> None:
    answer = get(path, **parameters)
    assert answer.status_code == 400
    assert answer.json()["errors"]


@pytest.mark.parametrize("path", ["revenue", "retention", "pairs"])
@pytest.mark.parametrize(
    "user", [None, Principal(customer_id=uuid.uuid4()), Principal(operator="oscar", permissions=frozenset(("a.b",)))]
)
def test_nobody_but_operators_with_the_permission_sees_figures(path: str, user: Principal | None) -> None:
    assert get(path, user).status_code in (401, 403)
