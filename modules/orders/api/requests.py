"""What several views read from a request: the idempotency key, and whose cart or order it is."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from contracts.kernel import CartId, CustomerId, OrderId
from contracts.orders import Cart, Order, Orders, UnknownOrder
from seamline.calls import use
from seamline.web.principal import principal_of

LONGEST_KEY = 100


def key_parameter(*, required: bool) -> OpenApiParameter:
    """The header in the schema."""
    return OpenApiParameter(
        "Idempotency-Key",
        {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[!-~]+$"},
        OpenApiParameter.HEADER,
        required=required,
        description="A request that arrives twice with the same key has its effect once and gets the first answer.",
    )


def idempotency_key(request: Request, *, required: bool = False, guests_by: object = "") -> str:
    """The client's key below its own name, so that clients cannot collide; a new one where it sent none.

    :param guests_by: tells guests, who have no name, from each other.
    """
    given: Any = request.headers.get("Idempotency-Key")
    if given is None and not required:
        return uuid.uuid4().hex
    if not given or len(given) > LONGEST_KEY or not given.isascii() or not given.isprintable():
        raise serializers.ValidationError({"Idempotency-Key": [f"Send 1 to {LONGEST_KEY} printable characters."]})
    principal = principal_of(request)
    name = principal.actor if principal.is_authenticated else f"guest:{guests_by}"
    return f"{name}:{given}"


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
