"""Stock over HTTP: each view checks its input, calls the contract and shows the answer."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from contracts.inventory import Inventory
from modules.inventory.api.serializers import (
    AdjustmentSerializer,
    AlertsParameters,
    AvailabilitySerializer,
    LevelsParameters,
    StockAlertSerializer,
    StockLevelSerializer,
)
from modules.inventory.projections.stock_alerts import stock_alerts
from seamline.calls import use
from seamline.web.idempotency import IDEMPOTENCY_KEY, idempotency_key
from seamline.web.permissions import operator_may
from seamline.web.principal import on_behalf_of


class Levels(APIView):
    """What can be sold."""

    @extend_schema(
        operation_id="inventory_levels",
        parameters=[LevelsParameters],
        responses=AvailabilitySerializer(many=True),
        tags=["inventory"],
    )
    def get(self, request: Request) -> Response:
        """How many units of each of these products can still be sold; unknown stock codes are left out."""
        parameters = LevelsParameters(data=request.query_params)
        parameters.is_valid(raise_exception=True)
        available = use(Inventory).availability(skus=tuple(dict.fromkeys(parameters.validated_data["sku"])))
        rows = [{"sku": sku, "available": units} for sku, units in sorted(available.items())]
        return Response(AvailabilitySerializer(rows, many=True).data)


class Alerts(APIView):
    """What runs out."""

    permission_classes = [operator_may("inventory.view_stockwatch")]

    @extend_schema(
        operation_id="inventory_alerts",
        parameters=[AlertsParameters],
        responses=StockAlertSerializer(many=True),
        tags=["inventory"],
    )
    def get(self, request: Request) -> Response:
        """Products that are sold out or low: the sold out ones first, then by how long they are. For operators."""
        parameters = AlertsParameters(data=request.query_params.dict())
        parameters.is_valid(raise_exception=True)
        return Response(StockAlertSerializer(stock_alerts(limit=parameters.validated_data["limit"]), many=True).data)


class Adjustments(APIView):
    """Changes of stock by hand."""

    permission_classes = [operator_may("inventory.change_stockitem")]

    @extend_schema(
        operation_id="inventory_adjust",
        parameters=[IDEMPOTENCY_KEY],
        request=AdjustmentSerializer,
        responses=StockLevelSerializer,
        tags=["inventory"],
    )
    def post(self, request: Request) -> Response:
        """Add units to the shelf, or take some away. For operators."""
        adjustment = AdjustmentSerializer(data=request.data)
        adjustment.is_valid(raise_exception=True)
        with on_behalf_of(request):
            level = use(Inventory, idempotency_key=idempotency_key(request)).adjust(**adjustment.validated_data)
        return Response(StockLevelSerializer(level).data)
