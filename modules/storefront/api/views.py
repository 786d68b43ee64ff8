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
from modules.storefront.api.serializers import CustomerOverviewSerializer, OverviewParameters
from modules.storefront.composition.customer import customer_overview
from seamline.web.principal import on_behalf_of, principal_of

OPERATORS_NEED = ("customers.view_account", "orders.view_order", "payments.view_paymentrow")
"""All of them: the answer shows what each of the modules shows."""


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
