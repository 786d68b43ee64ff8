"""Composed answers over HTTP: each view says who may ask, composes and shows the parts."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from contracts.customers import UnknownCustomer
from contracts.kernel import CustomerId
from modules.storefront.api.serializers import (
    CustomerOverviewSerializer,
    OrderHistoryParameters,
    OrderHistorySerializer,
    OrderSummarySerializer,
    OverviewParameters,
)
from modules.storefront.composition.customer import customer_overview
from modules.storefront.composition.orders import order_history
from seamline.web.pagination import page
from seamline.web.positions import POSITION_PARAMETER, awaited_headers
from seamline.web.principal import on_behalf_of, principal_of

OPERATORS_NEED = ("customers.view_account", "orders.view_order", "payments.view_paymentrow")
"""All of them: the answer shows what each of the modules shows."""


class OrderHistory(APIView):
    """A customer's orders as the shop's read model has them."""

    @extend_schema(
        operation_id="storefront_order_history",
        parameters=[OrderHistoryParameters, POSITION_PARAMETER],
        responses=OrderHistorySerializer,
        tags=["storefront"],
    )
    def get(self, request: Request) -> Response:
        """Your orders, the newest first; for logged-in customers. The list follows orders by the time an event takes:
        send the `Seamline-Position` of the checkout's answer, and what was ordered there is among them."""
        parameters = OrderHistoryParameters(data=request.query_params.dict())
        parameters.is_valid(raise_exception=True)
        customer_id = principal_of(request).customer_id
        if customer_id is None:
            raise exceptions.NotAuthenticated
        headers = awaited_headers(request, "storefront.order_history")
        offset, limit = parameters.validated_data["offset"], parameters.validated_data["limit"]
        rows, total = order_history(CustomerId(customer_id), offset=offset, limit=limit)
        results = OrderSummarySerializer(rows, many=True).data
        return Response(
            page(request, results=results, total=total, offset=offset, limit=limit),
            headers={**headers, "Cache-Control": "private, no-store"},
        )


class CustomerOverview(APIView):
    """A customer at one look."""

    @extend_schema(
        operation_id="storefront_customer_overview",
        parameters=[OverviewParameters],
        responses=CustomerOverviewSerializer,
        tags=["storefront"],
    )
    def get(self, request: Request, customer_id: UUID) -> Response:
        """A customer, recent orders, their payments and shipments. For the customer, and for operators who may see
        customers, orders and payments. A part that cannot be had in time is null, and marked in `status`."""
        principal = principal_of(request)
        if not principal.is_authenticated:
            raise exceptions.NotAuthenticated
        if principal.customer_id != customer_id and not all(map(principal.may, OPERATORS_NEED)):
            raise UnknownCustomer(customer_id=CustomerId(customer_id))
        parameters = OverviewParameters(data=request.query_params.dict())
        parameters.is_valid(raise_exception=True)
        with on_behalf_of(request):
            found = customer_overview(CustomerId(customer_id), limit=parameters.validated_data["orders"])
        answer = {"complete": found.is_complete, "parts": found.values, "status": found.outcomes}
        states = ", ".join(f"{name}={outcome.state}" for name, outcome in found.outcomes.items())
        return Response(
            CustomerOverviewSerializer(answer).data,
            headers={"Seamline-Parts": states, "Cache-Control": "private, no-store"},
        )
