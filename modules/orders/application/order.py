"""Look an order up."""

from __future__ import annotations

from contracts.kernel import OrderId
from contracts.orders import Order, UnknownOrder
from modules.orders.infra import orders


def order(*, order_id: OrderId) -> Order:
    """One order with its lines.

    :raises UnknownOrder: no order has this id.
    """
    kept = orders.by_id([order_id]).get(order_id)
    if kept is None:
        raise UnknownOrder(order_id=order_id)
    return kept.order
