"""Stock over HTTP: each view checks its input, calls the contract and shows the answer."""

from __future__ import annotations

import uuid
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from contracts.inventory import Inventory
from modules.inventory.api.permissions import OperatorOnly
from modules.inventory.api.serializers import (
    AdjustmentSerializer,
    AvailabilitySerializer,
    LevelsParameters,
    StockLevelSerializer,
)
from seamline.calls import acting_as, current_call, use
from seamline.web.principal import principal_of

LONGEST_KEY = 100
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "maxLength": LONGEST_KEY},
    OpenApiParameter.HEADER,
    description="A request that arrives twice with the same key has its effect once and gets the first answer.",
)


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


class Adjustments(APIView):
    """Changes of stock by hand."""

    permission_classes = [OperatorOnly]

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
        with acting_as(principal_of(request).actor, correlation_id=current_call().origin.correlation_id):
            level = use(Inventory, idempotency_key=idempotency_key(request)).adjust(**adjustment.validated_data)
        return Response(StockLevelSerializer(level).data)


def idempotency_key(request: Request) -> str:
    """The client's key below its own name, so that clients cannot collide; a new one where it sent none."""
    given: Any = request.headers.get("Idempotency-Key")
    if given is None:
        return uuid.uuid4().hex
    if not 0 < len(given) <= LONGEST_KEY or not given.isprintable():
        raise serializers.ValidationError({"Idempotency-Key": [f"1 to {LONGEST_KEY} printable characters."]})
    return f"{principal_of(request).actor}:{given}"
