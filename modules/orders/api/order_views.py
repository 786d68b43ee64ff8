"""Orders over HTTP: each view checks its input, calls the contract and shows the answer.

A customer sees their own orders; of others' they learn nothing, not even that they exist. Operators see all.
"""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from contracts.kernel import CartId, OrderId, PostalAddress
from contracts.orders import Orders, OrderState
from modules.orders.api.requests import customer_of, order_or_404
from modules.orders.api.serializers import (
    CancellationSerializer,
    CheckoutSerializer,
    OrderPageParameters,
    OrderPageSerializer,
    OrderSerializer,
)
from seamline.calls import use
from seamline.web.idempotency import idempotency_key, key_parameter
from seamline.web.pagination import page
from seamline.web.positions import position_headers
from seamline.web.principal import on_behalf_of
from seamline.web.throttling import PurchaseThrottle


class OrdersView(APIView):
    """The checkout, and a customer's orders."""

    def get_throttles(self) -> list[BaseThrottle]:
        """Whoever buys tries a card: those attempts have a tighter budget."""
        throttles = super().get_throttles()
        return [*throttles, PurchaseThrottle()] if self.request.method == "POST" else throttles

    @extend_schema(
        operation_id="orders_list", parameters=[OrderPageParameters], responses=OrderPageSerializer, tags=["orders"]
    )
    def get(self, request: Request) -> Response:
        """Your orders, the newest first; for logged-in customers."""
        parameters = OrderPageParameters(data=request.query_params.dict())
        parameters.is_valid(raise_exception=True)
        customer_id = customer_of(request)
        if customer_id is None:
            raise exceptions.NotAuthenticated
        offset, limit = parameters.validated_data["offset"], parameters.validated_data["limit"]
        found = use(Orders).orders_of(customer_id=customer_id, offset=offset, limit=limit)
        results = OrderSerializer(found.orders, many=True).data
        return Response(page(request, results=results, total=found.total, offset=offset, limit=limit))

    @extend_schema(
        operation_id="orders_checkout",
        parameters=[key_parameter(required=True)],
        request=CheckoutSerializer,
        responses={
            status.HTTP_201_CREATED: OpenApiResponse(OrderSerializer, description="The order is placed."),
            status.HTTP_202_ACCEPTED: OpenApiResponse(
                OrderSerializer, description="A part of the shop is slow; the order goes on by itself."
            ),
        },
        tags=["orders"],
    )
    def post(self, request: Request) -> Response:
        """Buy what is in a cart, as a customer or as a guest. The same key gives the same order."""
        checkout = CheckoutSerializer(data=request.data)
        checkout.is_valid(raise_exception=True)
        values = checkout.validated_data
        key = idempotency_key(request, required=True, guests_by=values["cart_id"])
        with on_behalf_of(request):
            order = use(Orders, idempotency_key=key).place_order(
                cart_id=CartId(values["cart_id"]),
                email=values["email"],
                ship_to=PostalAddress(**values["ship_to"]),
                payment_method=values["payment_method"],
                customer_id=customer_of(request),
            )
        waits = order.state is OrderState.PENDING
        return Response(
            OrderSerializer(order).data,
            status=status.HTTP_202_ACCEPTED if waits else status.HTTP_201_CREATED,
            headers=position_headers("orders"),
        )


class OrderView(APIView):
    """One order."""

    @extend_schema(operation_id="orders_order", responses=OrderSerializer, tags=["orders"])
    def get(self, request: Request, order_id: UUID) -> Response:
        """One of your orders; any for operators."""
        return Response(OrderSerializer(order_or_404(request, order_id)).data)


class OrderCancellation(APIView):
    """The end of an order that was placed."""

    @extend_schema(
        operation_id="orders_cancel",
        parameters=[key_parameter(required=False)],
        request=CancellationSerializer,
        responses=OrderSerializer,
        tags=["orders"],
    )
    def post(self, request: Request, order_id: UUID) -> Response:
        """Cancel one of your orders, any for operators: the goods go back, and the money."""
        cancellation = CancellationSerializer(data=request.data)
        cancellation.is_valid(raise_exception=True)
        order_or_404(request, order_id, operators_need="orders.change_order")
        with on_behalf_of(request):
            order = use(Orders, idempotency_key=idempotency_key(request, guests_by=order_id)).cancel_order(
                order_id=OrderId(order_id), reason=cancellation.validated_data["reason"]
            )
        return Response(OrderSerializer(order).data, headers=position_headers("orders"))
