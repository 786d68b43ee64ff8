"""Mail over HTTP: the view checks its parameters, calls the contract and shows the answer."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from contracts.notifications import Notifications
from modules.notifications.api.serializers import MessageSerializer, MessagesParameters
from seamline.calls import use
from seamline.web.permissions import operator_may


class Messages(APIView):
    """What was mailed."""

    permission_classes = [operator_may("notifications.view_messagerow")]

    @extend_schema(
        operation_id="notifications_messages",
        parameters=[MessagesParameters],
        responses=MessageSerializer(many=True),
        tags=["notifications"],
    )
    def get(self, request: Request) -> Response:
        """Messages about an order or a customer, the newest first. For operators."""
        parameters = MessagesParameters(data=request.query_params.dict())
        parameters.is_valid(raise_exception=True)
        wanted = parameters.validated_data
        found = use(Notifications).messages(about=str(wanted["about"]), limit=wanted["limit"])
        return Response(MessageSerializer(found, many=True).data)
