"""Carts over HTTP: each view checks its input, calls the contract and shows the answer.

Whoever makes up a cart's id has a cart; one that belongs to a customer is visible to that customer alone.
"""

from __future__ import annotations

import re
from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from contracts.kernel import CartId, Sku
from contracts.orders import Orders
from modules.orders.api.requests import cart_or_404, customer_of
from modules.orders.api.serializers import SKU, AdditionSerializer, CartSerializer, QuantitySerializer
from seamline.calls import use
from seamline.web.idempotency import idempotency_key, key_parameter
from seamline.web.principal import on_behalf_of

_KEY = key_parameter(required=False)
_SKU = OpenApiParameter("sku", {"type": "string", "pattern": SKU}, OpenApiParameter.PATH)


class CartView(APIView):
    """One cart."""

    @extend_schema(operation_id="orders_cart", responses=CartSerializer, tags=["orders"])
    def get(self, request: Request, cart_id: UUID) -> Response:
        """What is in the cart; one that nobody used yet is empty."""
        return Response(CartSerializer(cart_or_404(request, cart_id)).data)


class CartLines(APIView):
    """The products in a cart."""

    @extend_schema(
        operation_id="orders_add_to_cart",
        parameters=[_KEY],
        request=AdditionSerializer,
        responses=CartSerializer,
        tags=["orders"],
    )
    def post(self, request: Request, cart_id: UUID) -> Response:
        """Put units of a product in the cart. The first addition makes the cart; a customer's becomes their own."""
        addition = AdditionSerializer(data=request.data)
        addition.is_valid(raise_exception=True)
        cart_or_404(request, cart_id)
        key = idempotency_key(request, guests_by=cart_id)
        with on_behalf_of(request):
            cart = use(Orders, idempotency_key=key).add_to_cart(
                cart_id=CartId(cart_id),
                sku=Sku(addition.validated_data["sku"]),
                quantity=addition.validated_data["quantity"],
                customer_id=customer_of(request),
            )
        return Response(CartSerializer(cart).data)


class CartLineView(APIView):
    """One product in a cart."""

    @extend_schema(
        operation_id="orders_change_cart",
        parameters=[_KEY, _SKU],
        request=QuantitySerializer,
        responses=CartSerializer,
        tags=["orders"],
    )
    def patch(self, request: Request, cart_id: UUID, sku: str) -> Response:
        """Set how many units are in the cart. A product that is not in it stays out."""
        change = QuantitySerializer(data=request.data)
        change.is_valid(raise_exception=True)
        return self._change(request, cart_id, sku, quantity=change.validated_data["quantity"])

    @extend_schema(
        operation_id="orders_remove_from_cart",
        parameters=[_KEY, _SKU],
        responses={status.HTTP_200_OK: CartSerializer},
        tags=["orders"],
    )
    def delete(self, request: Request, cart_id: UUID, sku: str) -> Response:
        """Take a product out of the cart, and see what is left."""
        return self._change(request, cart_id, sku, quantity=0)

    @staticmethod
    def _change(request: Request, cart_id: UUID, sku: str, *, quantity: int) -> Response:
        if not re.fullmatch(SKU, sku):
            raise Http404
        cart_or_404(request, cart_id)
        key = idempotency_key(request, guests_by=cart_id)
        with on_behalf_of(request):
            cart = use(Orders, idempotency_key=key).change_cart(
                cart_id=CartId(cart_id), sku=Sku(sku), quantity=quantity
            )
        return Response(CartSerializer(cart).data)
