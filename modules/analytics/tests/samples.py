"""Events of a small shop for tests, and their delivery as the framework makes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID, uuid4

from contracts.kernel import CustomerId, Money, OrderId, Sku
from contracts.orders import Channel, CreditNoteIssued, OrderCancelled, OrderLine, OrderPlaced
from modules.analytics.handlers import keep_facts
from seamline.contract import Event
from seamline.data import atomic
from seamline.events import Delivery

ANN, BOB, CLEO = (CustomerId(UUID(int=number)) for number in (1, 2, 3))


def day(text: str) -> datetime:
    """Noon of a day such as ``2011-03-04``, in UTC."""
    return datetime.fromisoformat(f"{text}T12:00:00").replace(tzinfo=UTC)


def line(sku: str, quantity: int = 1, price: str = "1.00", *, name: str = "") -> OrderLine:
    return OrderLine(sku=Sku(sku), name=name or sku, quantity=quantity, unit_price=Money(amount=Decimal(price)))


def placed(
    on: str, *lines: OrderLine, customer: CustomerId | None = None, total: str = "1.00", currency: str = "GBP"
) -> OrderPlaced:
    return OrderPlaced(
        order_id=OrderId(uuid4()),
        number="S1",
        channel=Channel.SHOP,
        customer_id=customer,
        email="",
        country="United Kingdom",
        lines=lines or (line("TEA"),),
        total=Money(amount=Decimal(total), currency=currency),
        placed_at=day(on),
    )


def credited(on: str, *, total: str, customer: CustomerId | None = None) -> CreditNoteIssued:
    return CreditNoteIssued(
        order_id=OrderId(uuid4()),
        number="C1",
        channel=Channel.IMPORT,
        customer_id=customer,
        country="United Kingdom",
        lines=(line("TEA", -1),),
        total=Money(amount=Decimal(total)),
        issued_at=day(on),
    )


def cancelled(order: OrderPlaced, *, on: str) -> OrderCancelled:
    return OrderCancelled(
        order_id=order.order_id,
        number=order.number,
        customer_id=order.customer_id,
        email=order.email,
        lines=order.lines,
        total=order.total,
        reason="changed my mind",
        cancelled_at=day(on),
    )


def deliver(*events: Event) -> None:
    """Hand the events to the handler as the framework does: one batch, in the module's transaction."""
    deliveries: Sequence[Delivery[Event]] = [
        Delivery(
            event=event, event_id=uuid4(), publisher="orders", position=place, at=day("2011-01-01"), meta={}, attempt=1
        )
        for place, event in enumerate(events, start=1)
    ]
    with atomic("analytics"):
        keep_facts(deliveries)  # type: ignore[arg-type]
