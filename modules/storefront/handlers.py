"""Keeps the order history up to date from the orders' events. Runs in the storefront's transaction; calls nobody."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from contracts.orders import CreditNoteIssued, OrderCancelled, OrderLine, OrderPlaced, OrderRejected
from modules.storefront.models import OrderSummary
from seamline.events.subscription import Delivery

PREVIEWED = 4
"""Products of an order that the history shows."""

OrderEvent = OrderPlaced | OrderRejected | OrderCancelled | CreditNoteIssued
_WRITTEN = [field.name for field in OrderSummary._meta.concrete_fields if not field.primary_key]


def keep_order_history(deliveries: Sequence[Delivery[OrderEvent]]) -> None:
    """Bring the orders' rows to where their events left them. The same events again give the same rows."""
    ids = {delivery.event.order_id for delivery in deliveries}
    rows: dict[UUID, OrderSummary] = {row.order_id: row for row in OrderSummary.objects.filter(order_id__in=ids)}
    for delivery in deliveries:
        event = delivery.event
        row = rows.setdefault(event.order_id, OrderSummary(order_id=event.order_id))
        _apply(row, event)
    OrderSummary.objects.bulk_create(
        rows.values(), update_conflicts=True, unique_fields=["order_id"], update_fields=_WRITTEN
    )


def _apply(row: OrderSummary, event: OrderEvent) -> None:
    row.number, row.customer_id = event.number, event.customer_id
    row.amount, row.currency = event.total.amount, event.total.currency
    match event:
        case OrderPlaced():
            row.state, row.placed_at = OrderSummary.State.PLACED, event.placed_at
            row.channel, row.country = event.channel, event.country
            _describe(row, event.lines)
        case CreditNoteIssued():
            row.state, row.placed_at = OrderSummary.State.CREDIT_NOTE, event.issued_at
            row.channel, row.country = event.channel, event.country
            _describe(row, event.lines)
        case OrderCancelled():
            row.state, row.placed_at = OrderSummary.State.CANCELLED, row.placed_at or event.cancelled_at
            _describe(row, event.lines)
        case OrderRejected():
            row.state, row.placed_at = OrderSummary.State.REJECTED, row.placed_at or event.rejected_at


def _describe(row: OrderSummary, lines: Sequence[OrderLine]) -> None:
    row.units = sum(line.quantity for line in lines)
    row.line_count = len(lines)
    row.preview = [[line.sku, line.name] for line in lines[:PREVIEWED]]
