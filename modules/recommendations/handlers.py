"""What happens here when orders are placed, cancelled or credited: baskets are remembered.

The job that refreshes the neighbours learns from them later; no handler trains.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from contracts.orders import CreditNoteIssued, OrderCancelled, OrderLine, OrderPlaced
from modules.recommendations.application.forget_orders import forget_orders
from modules.recommendations.application.record_baskets import record_baskets
from modules.recommendations.domain.baskets import basket_of
from seamline.events import Delivery


def learn_of_orders(deliveries: Sequence[Delivery[OrderPlaced | CreditNoteIssued | OrderCancelled]]) -> None:
    """Remember the goods of orders and credit notes, and leave out cancelled orders.

    A cancellation follows its order in the log, so that all of a batch's orders are stored before its cancellations.
    """
    events = [delivery.event for delivery in deliveries]
    baskets = []
    for event in events:
        if isinstance(event, OrderCancelled):
            continue
        basket = basket_of(
            at=event.issued_at if isinstance(event, CreditNoteIssued) else event.placed_at,
            customer=None if event.customer_id is None else str(event.customer_id),
            lines=_lines(event.lines),
            is_return=isinstance(event, CreditNoteIssued),
        )
        if basket is not None:
            baskets.append((event.order_id, basket))
    record_baskets(baskets)
    forget_orders([event.order_id for event in events if isinstance(event, OrderCancelled)])


def _lines(lines: Iterable[OrderLine]) -> Iterable[tuple[str, int, Decimal]]:
    return ((line.sku, line.quantity, line.unit_price.amount) for line in lines)
