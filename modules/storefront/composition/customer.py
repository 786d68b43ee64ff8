"""A customer at one look: profile, recent orders, payments and shipments; four calls, however many the orders are.

The shop knows no parcels: a shipment is derived from the reservation of the order's stock. Orders come from the orders
module, or from the shop's own history while that is away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contracts.customers import Customers
from contracts.inventory import Inventory, Reservation, ReservationState
from contracts.kernel import CustomerId, Money, OrderId
from contracts.orders import Orders
from contracts.payments import Payments
from modules.storefront.models import OrderSummary
from seamline.calls import CallPart, Composed, Known, compose, use

TIMEOUT = 2.0


class ShipmentState(StrEnum):
    """What the stock tells of a shipment."""

    PREPARING = "preparing"
    """The goods are held."""
    SHIPPED = "shipped"
    """The goods left the shelf for good."""
    RETURNED = "returned"
    """The goods were given back to the shelf."""
    LAPSED = "lapsed"
    """The hold ended before the order did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentOrder:
    """An order as the overview tells it."""

    order_id: OrderId
    number: str
    state: str
    placed_at: datetime
    total: Money
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """Where the goods of an order are; orders that were imported have none."""

    order_id: OrderId
    state: ShipmentState
    units: int


_SHIPMENT = {
    ReservationState.HELD: ShipmentState.PREPARING,
    ReservationState.CONFIRMED: ShipmentState.SHIPPED,
    ReservationState.RELEASED: ShipmentState.RETURNED,
    ReservationState.EXPIRED: ShipmentState.LAPSED,
}


def customer_overview(customer_id: CustomerId, *, limit: int) -> Composed:
    """The parts ``customer`` (required), ``orders`` (the newest first), ``payments`` and ``shipments``.

    :raises UnknownCustomer: no customer has this id.
    """
    return compose(
        (
            CallPart(
                name="customer",
                ask=lambda known: use(Customers).customer(customer_id=customer_id),
                timeout=1.0,
                required=True,
            ),
            CallPart(
                name="orders",
                ask=lambda known: _orders(customer_id, limit=limit),
                fallback=lambda known: _orders_in_history(customer_id, limit=limit),
                timeout=1.0,
            ),
            CallPart(
                name="payments",
                ask=lambda known: tuple(use(Payments).payments(order_ids=_ids(known)).values()),
                after=("orders",),
                timeout=0.7,
            ),
            CallPart(
                name="shipments",
                ask=lambda known: _shipments(use(Inventory).reservations(order_ids=_ids(known))),
                after=("orders",),
                timeout=0.7,
            ),
        ),
        timeout=TIMEOUT,
    )


def _ids(known: Known) -> tuple[OrderId, ...]:
    return tuple(order.order_id for order in known["orders"])


def _orders(customer_id: CustomerId, *, limit: int) -> tuple[RecentOrder, ...]:
    return tuple(
        RecentOrder(
            order_id=order.order_id,
            number=order.number,
            state=order.state.value,
            placed_at=order.placed_at,
            total=order.total,
            units=sum(line.quantity for line in order.lines),
        )
        for order in use(Orders).orders_of(customer_id=customer_id, limit=limit).orders
    )


def _orders_in_history(customer_id: CustomerId, *, limit: int) -> tuple[RecentOrder, ...]:
    rows = OrderSummary.objects.filter(customer_id=customer_id).order_by("-placed_at", "-number")[:limit]
    return tuple(
        RecentOrder(
            order_id=OrderId(row.order_id),
            number=row.number,
            state=row.state,
            placed_at=row.placed_at,
            total=row.total,
            units=row.units,
        )
        for row in rows
    )


def _shipments(reservations: Mapping[OrderId, Reservation]) -> tuple[Shipment, ...]:
    return tuple(
        Shipment(
            order_id=order_id,
            state=_SHIPMENT[reservation.state],
            units=sum(line.quantity for line in reservation.lines),
        )
        for order_id, reservation in reservations.items()
    )
