"""Placements over HTTP: each view checks its input, runs one use case and shows the answer. For operators."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from seamline.control.api.views import ControlView
from seamline.placement.api import serializers as shapes
from seamline.placement.overview import PlacedModule, overview
from seamline.placement.place_service import MOST_CHANGES, place_service, placement_changes
from seamline.placement.values import Serves
from seamline.web.permissions import operator_may

PLACE_MODULES = "seamline_platform.place_modules"
_TAGS = ["operations"]
_MODULE = OpenApiParameter("module", OpenApiTypes.STR, description="Of this one alone.")
_LIMIT = OpenApiParameter("limit", OpenApiTypes.INT, description=f"How many; up to {MOST_CHANGES}.")


class _PlacementView(ControlView):
    """Operators see; those with the permission to place modules change."""

    steers = operator_may(PLACE_MODULES)


class Placements(_PlacementView):
    """All modules that the hub hosts."""

    @extend_schema(operation_id="operations_placements", responses=shapes.PlacementsSerializer, tags=_TAGS)
    def get(self, request: Request) -> Response:
        """Who serves each module, where, and which processes have it in force. For operators."""
        found = self.carry_out(request, overview)
        shown = {
            "modules": [_shown(each) for each in found.modules],
            "followers": found.followers,
            "epoch": found.epoch,
            "follows": found.follows,
        }
        return Response(shapes.PlacementsSerializer(shown).data, headers={"Cache-Control": "no-store"})


class PlacementOfModule(_PlacementView):
    """One module."""

    @extend_schema(
        operation_id="operations_place_module",
        request=shapes.PlaceSerializer,
        responses=shapes.PlacementSerializer,
        tags=_TAGS,
    )
    def put(self, request: Request, module: str) -> Response:
        """Have the module served by a service, or by the hub again. For operators."""
        wanted = self.checked(shapes.PlaceSerializer, request)
        serves = Serves(wanted.pop("serves"))
        placed = self.carry_out(request, lambda: place_service(module, serves=serves, **wanted))
        return Response(shapes.PlacementSerializer(placed).data)


class PlacementHistory(_PlacementView):
    """What operators did."""

    @extend_schema(
        operation_id="operations_placement_history",
        parameters=[_MODULE, _LIMIT],
        responses=shapes.PlacementHistorySerializer,
        tags=_TAGS,
    )
    def get(self, request: Request) -> Response:
        """Who changed placements, when and why; the latest first. For operators."""
        module, text = request.query_params.get("module", ""), request.query_params.get("limit", "100")
        if not (text.isdecimal() and 1 <= int(text[:9]) <= MOST_CHANGES):
            raise exceptions.ValidationError({"limit": [f"Give 1 to {MOST_CHANGES}."]})
        if "\0" in module:
            raise exceptions.ValidationError({"module": ["Null characters are not allowed."]})
        found = self.carry_out(request, lambda: placement_changes(module=module, limit=int(text)))
        return Response(
            shapes.PlacementHistorySerializer({"changes": found}).data, headers={"Cache-Control": "no-store"}
        )


def _shown(each: PlacedModule) -> dict[str, Any]:
    return {**shapes.PlacementSerializer(each.placement).data, "instances": each.instances}
