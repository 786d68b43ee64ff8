"""Look several orders up at once."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.kernel import OrderId
from contracts.orders import Order
from modules.orders.infra import orders


def orders_by_id(*, order_ids: tuple[OrderId, ...]) -> Mapping[OrderId, Order]:
    """The known ones among these orders, with their lines."""
    return {order_id: kept.order for order_id, kept in orders.by_id(order_ids).items()}
