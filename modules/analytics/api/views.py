"""Analytics over HTTP, for operators: each view checks its parameters, calls a use case and shows the answer."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from modules.analytics.api.serializers import (
    PairsParameters,
    PairsSerializer,
    RetentionParameters,
    RetentionSerializer,
    RevenueByParameters,
    RevenueBySerializer,
    RevenueParameters,
    RevenueSerializer,
)
from modules.analytics.application.breakdown import revenue_by
from modules.analytics.application.pairs import PairOrder, pairs
from modules.analytics.application.retention import retention
from modules.analytics.application.revenue import revenue
from modules.analytics.infra.breakdown import By
from seamline.web.permissions import operator_may

PERMISSION = "analytics.view_salesreport"


class RevenueView(APIView):
    """Money."""

    permission_classes = [operator_may(PERMISSION)]

    @extend_schema(
        operation_id="analytics_revenue",
        parameters=[RevenueParameters],
        responses=RevenueSerializer,
        tags=["analytics"],
    )
    def get(self, request: Request) -> Response:
        """Revenue month on month, the oldest first; months in which nothing happened are left out. For operators."""
        found = revenue(**_checked(RevenueParameters, request))
        months = [
            {
                "month": str(each.takings.month),
                "orders": each.takings.orders,
                "sold": each.takings.sold,
                "credited": each.takings.credited,
                "cancelled": each.takings.cancelled,
                "net": each.takings.net,
                "change": each.change,
                "is_running": each.is_running,
            }
            for each in found.months
        ]
        answer = {
            "currency": found.currency,
            "currencies": found.currencies,
            "as_of": found.as_of,
            "months": months,
        }
        return Response(RevenueSerializer(answer).data)


class RevenueByView(APIView):
    """Where the money comes from."""

    permission_classes = [operator_may(PERMISSION)]

    @extend_schema(
        operation_id="analytics_revenue_by",
        parameters=[RevenueByParameters],
        responses=RevenueBySerializer,
        tags=["analytics"],
    )
    def get(self, request: Request) -> Response:
        """Revenue by day (in their order), by country or by product (most first). What was cancelled or credited counts
        on the day of that. For operators."""
        parameters = _checked(RevenueByParameters, request)
        by = By(parameters.pop("by"))
        currency, rows = revenue_by(by=by, **parameters)
        return Response(RevenueBySerializer({"by": by.value, "currency": currency, "rows": rows}).data)


class RetentionView(APIView):
    """Customers who come back."""

    permission_classes = [operator_may(PERMISSION)]

    @extend_schema(
        operation_id="analytics_retention",
        parameters=[RetentionParameters],
        responses=RetentionSerializer,
        tags=["analytics"],
    )
    def get(self, request: Request) -> Response:
        """Customers by the month of their first order, and how many order again so many months later. For operators."""
        found = retention(**_checked(RetentionParameters, request))
        cohorts = [
            {
                "month": str(cohort.month),
                "size": cohort.size,
                "active": cohort.active,
                "ended": cohort.ended,
                "shares": [round(active / cohort.size, 4) for active in cohort.active],
            }
            for cohort in found.cohorts
        ]
        average = [None if share is None else round(share, 4) for share in found.average]
        return Response(RetentionSerializer({"as_of": found.as_of, "cohorts": cohorts, "average": average}).data)


class PairsView(APIView):
    """Products that meet in baskets."""

    permission_classes = [operator_may(PERMISSION)]

    @extend_schema(
        operation_id="analytics_pairs", parameters=[PairsParameters], responses=PairsSerializer, tags=["analytics"]
    )
    def get(self, request: Request) -> Response:
        """Products that are bought together, from the latest count. For operators."""
        parameters = _checked(PairsParameters, request)
        parameters["order"] = PairOrder(parameters["order"])
        found = pairs(**parameters)
        listed = [
            {
                "first": each.pair.first,
                "first_name": each.first_name,
                "second": each.pair.second,
                "second_name": each.second_name,
                "together": each.pair.together,
                "with_first": each.pair.with_first,
                "with_second": each.pair.with_second,
                "lift": each.lift,
            }
            for each in found.pairs
        ]
        answer = {"counted_at": found.counted_at, "baskets": found.baskets, "pairs": listed}
        return Response(PairsSerializer(answer).data)


def _checked(serializer: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    parameters = serializer(data=request.query_params.dict())
    parameters.is_valid(raise_exception=True)
    return dict(parameters.validated_data)
