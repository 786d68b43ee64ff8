"""Where the payment provider tells that it knows more. The message is only a hint: what is true, it is asked for."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from modules.payments.application.hear_provider import hear_provider
from modules.payments.infra.webhooks import HEADER, NotGenuine, check_genuine
from seamline.calls import acting_as
from seamline.web.problem import problem

LONGEST_BODY = 4096
"""Bytes."""
LONGEST_KEY = 120
ACTOR = "provider:sandbox"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What the provider sends: the key of the request that it has decided."""

    key: str


class MessageSerializer(serializers.Serializer[Message]):
    """The same for the documentation of the API."""

    key = serializers.CharField(max_length=LONGEST_KEY)


class SandboxWebhook(APIView):
    """News of the sandbox provider. Whoever can sign may tell them: there is no login and no budget."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = ()

    @extend_schema(
        operation_id="payments_sandbox_webhook",
        parameters=[OpenApiParameter(HEADER, location="header", required=True, description="t=<seconds>,v1=<HMAC>")],
        request=MessageSerializer,
        responses={204: None},
        tags=["payments"],
    )
    def post(self, request: Request) -> Response:
        """Tell that a request was decided. It may be told again: only the first time has an effect."""
        if int(request.META.get("CONTENT_LENGTH") or 0) > LONGEST_BODY:
            return problem(
                status=status.HTTP_413_REQUEST_ENTITY_TOO_LARGE,
                code="too_large",
                detail=f"A message has at most {LONGEST_BODY} bytes.",
            )
        body = request.body
        try:
            check_genuine(body, header=request.headers.get(HEADER, ""), now=timezone.now())
            message = msgspec.json.decode(body, type=Message)
        except NotGenuine as error:
            raise exceptions.PermissionDenied(str(error)) from error
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise exceptions.ParseError(f"The message is not as agreed: {error}") from error
        with acting_as(ACTOR):
            if not hear_provider(key=message.key):
                raise exceptions.NotFound("Nothing was asked under this key.")
        return Response(status=status.HTTP_204_NO_CONTENT)
