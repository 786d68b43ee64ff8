"""A customer's orders, page by page."""

from __future__ import annotations

from contracts.kernel import CustomerId
from contracts.orders import OrderPage
from modules.orders.infra import orders

LARGEST_PAGE = 100


def orders_of(*, customer_id: CustomerId, offset: int, limit: int) -> OrderPage:
    """The newest first, with their lines; at most 100 a page."""
    return orders.of_customer(customer_id=customer_id, offset=max(offset, 0), limit=min(max(limit, 0), LARGEST_PAGE))
