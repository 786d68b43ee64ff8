"""Recommendations over HTTP: each view checks its parameters, calls a use case and shows the answer."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from contracts.recommendations import Recommendation
from modules.recommendations.api.serializers import BasketParameters, LimitParameters, RecommendationSerializer
from modules.recommendations.application.for_customer import for_customer
from modules.recommendations.application.for_products import for_products
from seamline.web.principal import principal_of

_ANSWER = RecommendationSerializer(many=True)


class AlsoBought(APIView):
    """What was bought with a product."""

    @extend_schema(
        operation_id="recommendations_also_bought",
        parameters=[LimitParameters],
        responses=_ANSWER,
        tags=["recommendations"],
    )
    def get(self, request: Request, sku: str) -> Response:
        """What customers who bought this product also bought, the best first; empty if nobody did."""
        parameters = LimitParameters(data=request.query_params.dict())
        parameters.is_valid(raise_exception=True)
        return _answer(for_products(skus=(_code(sku),), limit=parameters.validated_data["limit"]))


class ForBasket(APIView):
    """What goes with several products."""

    @extend_schema(
        operation_id="recommendations_for_basket",
        parameters=[BasketParameters],
        responses=_ANSWER,
        tags=["recommendations"],
    )
    def get(self, request: Request) -> Response:
        """What goes with these products and is not among them, the best first."""
        query = request.query_params
        parameters = BasketParameters(data={**query.dict(), "sku": query.getlist("sku")})
        parameters.is_valid(raise_exception=True)
        skus = [_code(sku) for sku in parameters.validated_data["sku"]]
        return _answer(for_products(skus=skus, limit=parameters.validated_data["limit"]))


class ForMe(APIView):
    """What goes with the purchases of whoever asks."""

    @extend_schema(
        operation_id="recommendations_for_me", parameters=[LimitParameters], responses=_ANSWER, tags=["recommendations"]
    )
    def get(self, request: Request) -> Response:
        """What goes with what the customer bought before and is new to them; for logged-in customers."""
        customer_id = principal_of(request).customer_id
        if customer_id is None:
            raise exceptions.NotAuthenticated
        parameters = LimitParameters(data=request.query_params.dict())
        parameters.is_valid(raise_exception=True)
        return _answer(for_customer(customer_id=customer_id, limit=parameters.validated_data["limit"]))


def _code(sku: str) -> str:
    """The code as the shop writes it; a NUL, which PostgreSQL cannot compare, is in no code."""
    return sku.upper().replace("\x00", "")


def _answer(recommendations: tuple[Recommendation, ...]) -> Response:
    return Response(RecommendationSerializer(recommendations, many=True).data)
