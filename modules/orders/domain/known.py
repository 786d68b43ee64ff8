"""What is known of an order from its events alone. Pure: a state and an event in, a state out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from contracts.kernel import ZERO, CustomerId, Money
from contracts.orders import (
    Channel,
    CreditNoteIssued,
    OrderCancelled,
    OrderLine,
    OrderPlaced,
    OrderRejected,
    OrderState,
)
from seamline.contract import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownOrder:
    """An order as its events tell it; a credit note from elsewhere is one with negative amounts."""

    number: str = ""
    state: OrderState = OrderState.PENDING
    channel: Channel = Channel.SHOP
    customer_id: CustomerId | None = None
    country: str = ""
    lines: tuple[OrderLine, ...] = ()
    total: Money = ZERO
    reason: str = ""
    """Why it was rejected or cancelled."""
    changed_at: datetime | None = None


def evolve(order: KnownOrder, event: Event, order_id: str) -> KnownOrder:
    """The order after an event."""
    match event:
        case OrderPlaced() | CreditNoteIssued():
            return KnownOrder(
                number=event.number,
                state=OrderState.PLACED,
                channel=event.channel,
                customer_id=event.customer_id,
                country=event.country,
                lines=event.lines,
                total=event.total,
                changed_at=event.placed_at if isinstance(event, OrderPlaced) else event.issued_at,
            )
        case OrderRejected():
            return replace(
                order,
                number=event.number,
                state=OrderState.REJECTED,
                customer_id=event.customer_id,
                total=event.total,
                reason=event.reason,
                changed_at=event.rejected_at,
            )
        case OrderCancelled():
            return replace(order, state=OrderState.CANCELLED, reason=event.reason, changed_at=event.cancelled_at)
        case _:
            return order
