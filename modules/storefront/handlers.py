"""Keeps the order history up to date from the orders' events. Runs in the storefront's transaction; calls nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from uuid import UUID

from contracts.orders import CreditNoteIssued, OrderCancelled, OrderLine, OrderPlaced, OrderRejected
from modules.storefront.models import OrderSummary
from seamline.contract.codec import encode
from seamline.events.subscription import Delivery
from seamline.projections import replace_rows, rows_by_key

PREVIEWED = 4
"""Products of an order that the history shows."""

OrderEvent = OrderPlaced | OrderRejected | OrderCancelled | CreditNoteIssued


@dataclass(slots=True)
class _Row:
    """The values of one ``OrderSummary``, in its order; ``preview`` is JSON text."""

    order_id: UUID
    number: str = ""
    customer_id: UUID | None = None
    channel: str = "shop"
    state: str = ""
    placed_at: datetime | None = None
    amount: Decimal = Decimal(0)
    currency: str = "GBP"
    units: int = 0
    line_count: int = 0
    preview: str = "[]"
    country: str = ""


_values = attrgetter(*_Row.__slots__)


def keep_order_history(deliveries: Sequence[Delivery[OrderEvent]]) -> None:
    """Bring the orders' rows to where their events left them. The same events again give the same rows."""
    known = rows_by_key(OrderSummary, {delivery.event.order_id for delivery in deliveries})
    rows: dict[UUID, _Row] = {order_id: _Row(*values) for order_id, values in known.items()}
    for delivery in deliveries:
        event = delivery.event
        row = rows.get(event.order_id)
        if row is None:
            row = rows[event.order_id] = _Row(event.order_id)
        _apply(row, event)
    replace_rows(OrderSummary, rows=map(_values, rows.values()), replaced=known.keys())


def _apply(row: _Row, event: OrderEvent) -> None:
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


def _describe(row: _Row, lines: Sequence[OrderLine]) -> None:
    row.units = sum(line.quantity for line in lines)
    row.line_count = len(lines)
    row.preview = encode([[line.sku, line.name] for line in lines[:PREVIEWED]]).decode()
