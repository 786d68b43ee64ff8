"""Which of the orders' histories can be read back: an order, from the public events about it."""

from __future__ import annotations

from contracts.orders import CreditNoteIssued, OrderCancelled, OrderPlaced, OrderRejected
from modules.orders.domain.known import KnownOrder, evolve
from seamline.eventsourcing import HistoryType

ORDER = HistoryType(
    module="orders",
    name="order",
    events=(OrderPlaced, OrderRejected, OrderCancelled, CreditNoteIssued),
    state=KnownOrder,
    initial=KnownOrder,
    evolve=evolve,
    permission="orders.view_order",
)
