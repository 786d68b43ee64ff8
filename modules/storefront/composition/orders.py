"""Orders for those who placed them: the history from the shop's own read model, one order from the orders module.

The history lags behind the orders by the time an event takes. What was ordered in this session and is not in it yet
is asked for, so that customers see their own orders at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from contracts.kernel import CustomerId, OrderId
from contracts.orders import Channel, Order, Orders, OrderState
from contracts.payments import Payment, Payments, UnknownPayment
from modules.storefront.handlers import PREVIEWED
from modules.storefront.models import OrderSummary
from modules.storefront.visitor import Visitor
from seamline.calls import use
from seamline.data import read_side

PAGE_SIZE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage:
    orders: tuple[OrderSummary, ...]
    page: int
    pages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDetails:
    order: Order
    payment: Payment | None
    """None while payments are away, and for orders without one."""

    @property
    def can_be_cancelled(self) -> bool:
        return self.order.state is OrderState.PLACED and self.order.channel is Channel.SHOP


def history_page(visitor: Visitor, customer_id: CustomerId, *, page: int) -> HistoryPage:
    """A customer's orders, the newest first."""
    rows = OrderSummary.objects.using(read_side("storefront")).filter(customer_id=customer_id)
    total = rows.count()
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(page, 1), pages)
    shown = list(rows.order_by("-placed_at", "-number")[(page - 1) * PAGE_SIZE : page * PAGE_SIZE])
    if page == 1:
        shown = [*_not_yet_in_history(visitor, customer_id), *shown]
    return HistoryPage(orders=tuple(shown), page=page, pages=pages)


def order_history(customer_id: CustomerId, *, offset: int, limit: int) -> tuple[tuple[OrderSummary, ...], int]:
    """A customer's orders as the read model has them, the newest first, and how many there are in all."""
    rows = OrderSummary.objects.using(read_side("storefront")).filter(customer_id=customer_id)
    return tuple(rows.order_by("-placed_at", "-number")[offset : offset + limit]), rows.count()


def order_page(visitor: Visitor, order_id: OrderId) -> OrderDetails | None:
    """One order with its payment; None where the visitor may not see it.

    :raises UnknownOrder: no order has this id.
    """
    order = use(Orders).order(order_id=order_id)
    if not visitor.may_see(order):
        return None
    try:
        payment: Payment | None = use(Payments, fallback=None).payment(order_id=order_id)
    except UnknownPayment:
        payment = None
    return OrderDetails(order=order, payment=payment)


def _not_yet_in_history(visitor: Visitor, customer_id: CustomerId) -> list[OrderSummary]:
    recent = visitor.order_ids
    known = set(
        OrderSummary.objects.using(read_side("storefront"))
        .filter(order_id__in=recent)
        .values_list("order_id", flat=True)
    )
    missing = tuple(order_id for order_id in recent if order_id not in known)
    if not missing:
        return []
    orders: Mapping[OrderId, Order] = use(Orders, fallback={}).orders_by_id(order_ids=missing)
    own = [order for order in orders.values() if order.customer_id == customer_id]
    return [_summary(order) for order in sorted(own, key=lambda order: order.placed_at, reverse=True)]


def _summary(order: Order) -> OrderSummary:
    return OrderSummary(
        order_id=order.order_id,
        number=order.number,
        customer_id=order.customer_id,
        channel=order.channel,
        state=order.state,
        placed_at=order.placed_at,
        amount=order.total.amount,
        currency=order.total.currency,
        units=sum(line.quantity for line in order.lines),
        line_count=len(order.lines),
        preview=[[line.sku, line.name] for line in order.lines[:PREVIEWED]],
        country=order.country,
    )
