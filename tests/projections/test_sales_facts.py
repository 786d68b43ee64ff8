"""The facts made anew from the orders' log are the facts that are there, row by row."""

from __future__ import annotations

import pytest

from modules.analytics.models import OrderFact
from modules.analytics.tests.samples import ANN, BOB, cancelled, credited, line, placed
from seamline.contract import Event
from seamline.data import atomic
from seamline.events import drain, publish
from seamline.projections import compare, rebuild

pytestmark = pytest.mark.usefixtures("database")
NAME = "analytics.keep_facts"


def happen(*events: Event) -> None:
    with atomic("orders"):
        publish(*events)


def test_facts_made_anew_are_those_that_are_there_and_spoilt_ones_are_mended() -> None:
    first = placed("2011-03-04", line("TEA", name="Tea"), line("CUP"), customer=ANN)
    second = placed("2011-04-01", line("TEA", name="Green tea"), customer=BOB)
    happen(first, second)
    drain()
    happen(cancelled(first, on="2011-03-05"), credited("2011-05-01", total="-3.00", customer=BOB))
    drain()
    found = compare(NAME)
    assert found.is_equal, found.comparisons
    assert [(each.table, each.live) for each in found.comparisons] == [("order_fact", 3), ("product_name", 2)]
    OrderFact.objects.filter(order_id=second.order_id).update(amount=99)
    assert [each.different for each in compare(NAME).comparisons] == [1, 0]
    outcome = rebuild(NAME)
    assert (outcome.swapped, outcome.handled) == (True, 4)
    assert OrderFact.objects.get(order_id=second.order_id).amount == second.total.amount
    assert OrderFact.objects.get(order_id=first.order_id).cancelled_at is not None
    assert compare(NAME).is_equal
