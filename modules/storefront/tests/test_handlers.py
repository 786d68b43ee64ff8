"""The order history follows the orders' events."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from contracts.kernel import CustomerId, Money, OrderId, Sku
from contracts.orders import Channel, CreditNoteIssued, OrderCancelled, OrderLine, OrderPlaced, OrderRejected
from modules.storefront.handlers import OrderEvent, keep_order_history
from modules.storefront.models import OrderSummary
from seamline.data import atomic
from seamline.events.subscription import Delivery

ORDER = OrderId(uuid.UUID(int=1))
CUSTOMER = CustomerId(uuid.UUID(int=2))
NOON = datetime(2011, 5, 1, 12, tzinfo=UTC)
LINES = tuple(
    OrderLine(sku=Sku(f"1000{place}"), name=f"THING {place}", quantity=2, unit_price=Money(amount=Decimal("1.25")))
    for place in range(6)
)
TOTAL = Money(amount=Decimal("15.00"))


def placed() -> OrderPlaced:
    return OrderPlaced(
        order_id=ORDER,
        number="S100001",
        channel=Channel.SHOP,
        customer_id=CUSTOMER,
        email="ada@example.com",
        country="France",
        lines=LINES,
        total=TOTAL,
        placed_at=NOON,
    )


def cancelled() -> OrderCancelled:
    return OrderCancelled(
        order_id=ORDER,
        number="S100001",
        customer_id=CUSTOMER,
        email="ada@example.com",
        lines=LINES,
        total=TOTAL,
        reason="cancelled by the customer",
        cancelled_at=datetime(2011, 5, 2, tzinfo=UTC),
    )


def deliver(*events: OrderEvent) -> None:
    with atomic("storefront"):
        keep_order_history(
            [
                Delivery(
                    event=event,
                    event_id=uuid.uuid4(),
                    publisher="orders",
                    position=position,
                    at=NOON,
                    meta={},
                    attempt=1,
                )
                for position, event in enumerate(events, start=1)
            ]
        )


@pytest.mark.usefixtures("database")
def test_a_placed_order_is_in_the_history_with_its_first_products() -> None:
    deliver(placed())
    row = OrderSummary.objects.get()
    assert (row.order_id, row.customer_id, row.state, row.units, row.line_count) == (ORDER, CUSTOMER, "placed", 12, 6)
    assert (row.total, row.country, row.placed_at) == (TOTAL, "France", NOON)
    assert row.preview == [[line.sku, line.name] for line in LINES[:4]]


@pytest.mark.usefixtures("database")
def test_the_same_events_again_leave_the_same_history() -> None:
    deliver(placed())
    before = OrderSummary.objects.values().get()
    deliver(placed())
    assert OrderSummary.objects.values().get() == before


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.usefixtures("database")
def test_a_cancelled_order_keeps_the_day_and_country_of_its_placing(together: bool) -> None:
    if together:
        deliver(placed(), cancelled())
    else:
        deliver(placed())
        deliver(cancelled())
    row = OrderSummary.objects.get()
    assert (row.state, row.placed_at, row.country, row.channel) == ("cancelled", NOON, "France", "shop")


@pytest.mark.usefixtures("database")
def test_a_rejected_order_says_so() -> None:
    deliver(
        OrderRejected(
            order_id=ORDER,
            number="S100001",
            customer_id=CUSTOMER,
            email="ada@example.com",
            total=TOTAL,
            reason="payments.card_declined",
            rejected_at=NOON,
        )
    )
    assert OrderSummary.objects.get().state == "rejected"


@pytest.mark.usefixtures("database")
def test_a_credit_note_has_a_negative_total() -> None:
    deliver(
        CreditNoteIssued(
            order_id=ORDER,
            number="C536379",
            channel=Channel.IMPORT,
            customer_id=CUSTOMER,
            country="France",
            lines=(OrderLine(sku=Sku("1"), name="X", quantity=-1, unit_price=Money(amount=Decimal("27.50"))),),
            total=Money(amount=Decimal("-27.50")),
            issued_at=NOON,
        )
    )
    row = OrderSummary.objects.get()
    assert (row.state, str(row.total), row.units) == ("credit_note", "-£27.50", -1)
