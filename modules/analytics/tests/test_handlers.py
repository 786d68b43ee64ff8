"""Orders that happen elsewhere become facts here, once, in whatever batches they come."""

from __future__ import annotations

import pytest

from modules.analytics.handlers import keep_facts
from modules.analytics.infra.facts import names_of
from modules.analytics.models import OrderFact
from modules.analytics.module import module
from modules.analytics.tests.samples import ANN, cancelled, credited, day, deliver, line, placed
from seamline.modules.manifest import imported

pytestmark = pytest.mark.usefixtures("database")


def rows() -> list[tuple[object, ...]]:
    return sorted(
        OrderFact.objects.values_list("order_id", "kind", "customer_id", "at", "cancelled_at", "amount", "skus")
    )


def test_the_manifest_names_this_handler_for_all_that_happens_to_orders_from_the_beginning() -> None:
    subscription = module.subscriptions[0]
    assert imported(subscription.handler) is keep_facts
    assert subscription.batch is not None
    assert subscription.batch >= 200
    assert subscription.start == "beginning"


def test_an_order_becomes_a_fact_with_its_goods_and_without_charges_gifts_and_doubles() -> None:
    order = placed(
        "2011-03-04",
        line("TEA", 2),
        line("CUP", 0),
        line("POST", 1, "4.95"),
        line("GIFT_10", 1, "10.00"),
        line("FREE", 1, "0.00"),
        line("BAG"),
        line("TEA"),
        customer=ANN,
        total="17.95",
    )
    deliver(order)
    (row,) = rows()
    assert row == (order.order_id, "sale", ANN, day("2011-03-04"), None, order.total.amount, ["BAG", "TEA"])


def test_a_credit_note_is_a_fact_without_goods() -> None:
    note = credited("2011-03-04", total="-3.00")
    deliver(note)
    (row,) = rows()
    assert row == (note.order_id, "credit_note", None, day("2011-03-04"), None, note.total.amount, [])


def test_the_same_events_again_in_one_batch_or_another_leave_the_same_rows() -> None:
    first, second = placed("2011-03-04"), placed("2011-03-05")
    end = cancelled(first, on="2011-03-06")
    deliver(first, second, end)
    before = rows()
    deliver(first, first, end, second)
    deliver(end)
    deliver(first)
    assert rows() == before
    assert [row[4] for row in before].count(day("2011-03-06")) == 1


def test_a_batch_and_single_deliveries_leave_the_same_rows() -> None:
    orders = [placed(f"2011-03-{number:02}") for number in range(1, 29)]
    events = [*orders, cancelled(orders[3], on="2011-04-01"), credited("2011-04-02", total="-1.00")]
    for event in events:
        deliver(event)
    one_by_one = rows()
    OrderFact.objects.all().delete()
    deliver(*events)
    assert rows() == one_by_one
    assert len(one_by_one) == 29


def test_a_cancellation_of_an_unknown_order_changes_nothing() -> None:
    deliver(cancelled(placed("2011-03-04"), on="2011-03-05"))
    assert rows() == []


def test_products_are_called_what_the_latest_order_calls_them() -> None:
    deliver(placed("2011-03-04", line("TEA", name="Tea"), line("CUP", name="Cup")))
    deliver(placed("2011-03-05", line("TEA", name="Old tea")), placed("2011-03-06", line("TEA", name="Green tea")))
    assert names_of(["TEA", "CUP", "BAG"]) == {"TEA": "Green tea", "CUP": "Cup"}
