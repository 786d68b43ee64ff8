"""What several views read from a request: whose cart or order it is."""

from __future__ import annotations

import uuid

from django.http import Http404
from rest_framework.request import Request

from contracts.kernel import CartId, CustomerId, OrderId
from contracts.orders import Cart, Order, Orders, UnknownOrder
from seamline.calls import use
from seamline.web.principal import principal_of


def customer_of(request: Request) -> CustomerId | None:
    """The customer who sent it."""
    customer_id = principal_of(request).customer_id
    return None if customer_id is None else CustomerId(customer_id)


def cart_or_404(request: Request, cart_id: uuid.UUID) -> Cart:
    """The cart, if it is the customer's own or nobody's; a cart's id is the secret that opens one of nobody's.

    :raises Http404: it is somebody else's.
    """
    cart = use(Orders).cart(cart_id=CartId(cart_id))
    if cart.customer_id not in (None, principal_of(request).customer_id):
        raise Http404
    return cart


def order_or_404(request: Request, order_id: uuid.UUID, *, operators_need: str = "orders.view_order") -> Order:
    """The order, if it is the customer's own; operators with the permission see all.

    :raises UnknownOrder: there is none, or it is somebody else's.
    """
    order = use(Orders).order(order_id=OrderId(order_id))
    principal = principal_of(request)
    own = order.customer_id is not None and order.customer_id == principal.customer_id
    if not (own or principal.may(operators_need)):
        raise UnknownOrder(order_id=OrderId(order_id))
    return order
