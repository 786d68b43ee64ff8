"""Which events cause which mail. Handlers write the message in the transaction of their checkpoint and send nothing."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.customers import CustomerSignedUp
from contracts.orders import Channel, OrderCancelled, OrderPlaced, OrderRejected
from modules.notifications.application.write_message import write_message
from seamline.events import Delivery


def tell_buyers(deliveries: Sequence[Delivery[OrderPlaced | OrderRejected | OrderCancelled]]) -> None:
    """What became of their order: confirmed, not gone through, cancelled. Imported orders cause no mail."""
    for delivery in deliveries:
        order = delivery.event
        match order:
            case OrderPlaced(channel=Channel.SHOP):
                kind = "order_placed"
            case OrderRejected():
                kind = "order_rejected"
            case OrderCancelled():
                kind = "order_cancelled"
            case _:
                continue
        write_message(
            kind=kind,
            event_id=delivery.event_id,
            happened_at=delivery.at,
            recipient=order.email,
            about=order.order_id,
            context={"order": order, "out_of_stock": "stock" in getattr(order, "reason", "")},
        )


def welcome_customer(event: CustomerSignedUp, delivery: Delivery[CustomerSignedUp]) -> None:
    """A new customer is welcomed."""
    write_message(
        kind="customer_signed_up",
        event_id=delivery.event_id,
        happened_at=delivery.at,
        recipient=event.email,
        about=event.customer_id,
        context={"customer": event},
    )
