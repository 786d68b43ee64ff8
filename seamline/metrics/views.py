"""The state of events over HTTP: ``/metrics`` for Prometheus, and the same as JSON for operators and their programs."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from seamline.metrics.access import refusal
from seamline.metrics.exposition import exposition
from seamline.metrics.serializers import EventStateSerializer
from seamline.metrics.state import event_state
from seamline.web.permissions import IsOperator


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """All metrics of this deployable, for Prometheus."""
    if reason := refusal(request):
        asked = bool(settings.SEAMLINE_METRICS_TOKEN)
        response = HttpResponse(
            reason + "\n",
            status=HTTPStatus.UNAUTHORIZED if asked else HTTPStatus.FORBIDDEN,
            content_type="text/plain; charset=utf-8",
        )
        if asked:
            response.headers["WWW-Authenticate"] = 'Bearer realm="metrics"'
        return response
    body, content_type = exposition(request.headers.get("Accept", ""))
    return HttpResponse(body, content_type=content_type)


class EventStateView(APIView):
    """How all subscriptions stand."""

    permission_classes = [IsOperator]

    @extend_schema(operation_id="operations_events", responses=EventStateSerializer, tags=["operations"])
    def get(self, request: Request) -> Response:
        """Lag, rate, retries and parked events of each subscription, and who holds a log back. For operators."""
        state: dict[str, Any] = msgspec.to_builtins(event_state())
        return Response(state, headers={"Cache-Control": "no-store"})
