"""The control of calls over HTTP: each view checks its input, runs one use case and shows the answer. For operators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, status
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from seamline import control
from seamline.control.api import serializers as shapes
from seamline.control.book import known_module
from seamline.control.policies import overridden
from seamline.resilience.breaker import BreakerState
from seamline.resilience.faults import FaultKind
from seamline.schemas import declared_contracts
from seamline.web.permissions import IsOperator, operator_may
from seamline.web.principal import on_behalf_of

CONTROL_CALLS = "seamline_platform.control_calls"
MOST_HISTORY = 1000
_TAGS = ["operations"]
_CALLEE = OpenApiParameter("callee", OpenApiTypes.STR, description="Of this one alone.")
_LIMIT = OpenApiParameter("limit", OpenApiTypes.INT, description=f"How many; up to {MOST_HISTORY}.")


class _Away(exceptions.APIException):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "board_away"


class ControlView(APIView):
    """Operators see; those with the permission to control calls steer."""

    steers: type[BasePermission] = operator_may(CONTROL_CALLS)

    def get_permissions(self) -> list[Any]:
        kind: type[BasePermission] = IsOperator if self.request.method in ("GET", "HEAD", "OPTIONS") else self.steers
        return [kind()]

    @staticmethod
    def carry_out(request: Request, use_case: Callable[[], Any]) -> Any:
        """Run it on behalf of the operator; what it refuses becomes a problem document."""
        try:
            with on_behalf_of(request):
                return use_case()
        except LookupError as error:
            raise exceptions.NotFound(str(error).strip("\"'")) from error
        except ValueError as error:
            raise exceptions.ValidationError({"non_field_errors": [str(error)]}) from error
        except control.FaultsNotAllowed as error:
            raise exceptions.PermissionDenied(str(error)) from error
        except control.BoardAway as error:
            raise _Away(str(error)) from error

    @staticmethod
    def checked(kind: type[Any], request: Request) -> dict[str, Any]:
        """The request's body, as that serializer wants it."""
        wanted = kind(data=request.data)
        wanted.is_valid(raise_exception=True)
        return dict(wanted.validated_data)


class Breakers(ControlView):
    """The breakers of all processes as one truth."""

    @extend_schema(operation_id="operations_breakers", responses=shapes.BreakersSerializer, tags=_TAGS)
    def get(self, request: Request) -> Response:
        """How the breakers before calls to modules stand, in all processes. For operators."""
        found = self.carry_out(request, control.overview)
        return Response(shapes.BreakersSerializer(found).data, headers={"Cache-Control": "no-store"})


class ForceBreaker(ControlView):
    """Breakers that are held."""

    @extend_schema(
        operation_id="operations_force_breaker",
        request=shapes.ForceSerializer,
        responses=shapes.ForcedSerializer,
        tags=_TAGS,
    )
    def post(self, request: Request) -> Response:
        """Hold a breaker in a state in all processes, until it is released. For operators."""
        wanted = self.checked(shapes.ForceSerializer, request)
        state = BreakerState(wanted.pop("state"))
        forced = self.carry_out(request, lambda: control.force_breaker(state=state, **wanted))
        return Response(shapes.ForcedSerializer(forced).data)


class ReleaseBreaker(ControlView):
    """Breakers that are let go."""

    @extend_schema(
        operation_id="operations_release_breaker", request=shapes.ReleaseSerializer, responses={204: None}, tags=_TAGS
    )
    def post(self, request: Request) -> Response:
        """Let a forced breaker go; it begins anew, closed. For operators."""
        wanted = self.checked(shapes.ReleaseSerializer, request)
        self.carry_out(request, lambda: control.release_breaker(**wanted))
        return Response(status=status.HTTP_204_NO_CONTENT)


class BreakerHistory(ControlView):
    """What happened."""

    @extend_schema(
        operation_id="operations_breaker_history",
        parameters=[_CALLEE, _LIMIT],
        responses=shapes.HistorySerializer,
        tags=_TAGS,
    )
    def get(self, request: Request) -> Response:
        """How breakers changed, and what operators did; the youngest first. For operators."""
        callee, text = request.query_params.get("callee", ""), request.query_params.get("limit", "100")
        if not (text.isdecimal() and 1 <= int(text[:9]) <= MOST_HISTORY):
            raise exceptions.ValidationError({"limit": [f"Give 1 to {MOST_HISTORY}."]})
        if "\0" in callee:
            raise exceptions.ValidationError({"callee": ["Null characters are not allowed."]})
        found = self.carry_out(
            request,
            lambda: {
                "transitions": control.history(callee=callee, limit=int(text)),
                "acts": control.acts(subject=callee, limit=int(text)),
            },
        )
        return Response(shapes.HistorySerializer(found).data, headers={"Cache-Control": "no-store"})


class Faults(ControlView):
    """Faults that are injected."""

    @extend_schema(operation_id="operations_faults", responses=shapes.FaultsSerializer, tags=_TAGS)
    def get(self, request: Request) -> Response:
        """The faults that are injected into calls now. For operators."""
        found = self.carry_out(request, control.overview)
        shown = {"faults": found.orders.faults, "allowed": found.faults_allowed}
        return Response(shapes.FaultsSerializer(shown).data, headers={"Cache-Control": "no-store"})

    @extend_schema(
        operation_id="operations_add_fault",
        request=shapes.AddFaultSerializer,
        responses={201: shapes.FaultSerializer},
        tags=_TAGS,
    )
    def post(self, request: Request) -> Response:
        """Inject a fault for a while, where that is allowed. For operators."""
        wanted = self.checked(shapes.AddFaultSerializer, request)
        kind = FaultKind(wanted.pop("kind"))
        added = self.carry_out(request, lambda: control.add_fault(kind=kind, **wanted))
        return Response(shapes.FaultSerializer(added).data, status=status.HTTP_201_CREATED)


class RemoveFault(ControlView):
    """One fault."""

    @extend_schema(
        operation_id="operations_remove_fault", request=shapes.ReasonSerializer, responses={204: None}, tags=_TAGS
    )
    def post(self, request: Request, fault_id: str) -> Response:
        """End a fault before its time. For operators."""
        wanted = self.checked(shapes.ReasonSerializer, request)
        self.carry_out(request, lambda: control.remove_fault(fault_id=fault_id, **wanted))
        return Response(status=status.HTTP_204_NO_CONTENT)


class PolicyOfModule(ControlView):
    """What guards the calls of a module."""

    @extend_schema(operation_id="operations_policy", responses=shapes.PolicySerializer, tags=_TAGS)
    def get(self, request: Request, module: str) -> Response:
        """What guards the calls of a module now. For operators."""
        return Response(self.carry_out(request, lambda: _shown(known_module(module))))

    @extend_schema(
        operation_id="operations_override_policy",
        request=shapes.OverrideSerializer,
        responses=shapes.PolicySerializer,
        tags=_TAGS,
    )
    def put(self, request: Request, module: str) -> Response:
        """Guard by other numbers than the contract declares. For operators."""
        wanted = self.checked(shapes.OverrideSerializer, request)
        self.carry_out(request, lambda: control.override_policy(module=module, **wanted))
        return Response(self.carry_out(request, lambda: _shown(module)))


class RestorePolicy(ControlView):
    """A policy as it is declared."""

    @extend_schema(
        operation_id="operations_restore_policy",
        request=shapes.ReasonSerializer,
        responses=shapes.PolicySerializer,
        tags=_TAGS,
    )
    def post(self, request: Request, module: str) -> Response:
        """Guard as the contract declares again. For operators."""
        wanted = self.checked(shapes.ReasonSerializer, request)
        self.carry_out(request, lambda: control.restore_policy(module=module, **wanted))
        return Response(self.carry_out(request, lambda: _shown(module)))


def _shown(module: str) -> dict[str, Any]:
    declared = next(each.policy for each in declared_contracts() if each.module == module)
    orders = control.overview().orders.policies
    override = next((each.policy for each in orders if each.module == module), None)
    policy = declared if override is None else overridden(declared, override)
    return {"module": module, "policy": msgspec.to_builtins(policy), "override": override}
