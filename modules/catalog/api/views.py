"""Products over HTTP: each view checks its input, calls the contract and shows the answer."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from contracts.catalog import Catalog, ProductOrder
from contracts.kernel import Money, Sku
from modules.catalog.api.serializers import (
    SKU,
    CategorySerializer,
    PriceChangeSerializer,
    ProductSerializer,
    SearchParameters,
    SuggestParameters,
    WithdrawalSerializer,
)
from seamline.calls import use
from seamline.web.idempotency import IDEMPOTENCY_KEY, idempotency_key
from seamline.web.pagination import page, page_serializer
from seamline.web.permissions import operator_may
from seamline.web.principal import on_behalf_of

_SKU = OpenApiParameter("sku", {"type": "string", "pattern": SKU}, OpenApiParameter.PATH, description="Stock code.")


class Products(APIView):
    """What is on sale."""

    @extend_schema(
        operation_id="catalog_search",
        parameters=[SearchParameters],
        responses=page_serializer(ProductSerializer),
        tags=["catalog"],
    )
    def get(self, request: Request) -> Response:
        """Products on sale that match all that is given. Misspelt words find similar names."""
        parameters = SearchParameters(data=request.query_params.dict())
        parameters.is_valid(raise_exception=True)
        asked = parameters.validated_data
        found = use(Catalog).search(
            text=asked["text"],
            category=asked["category"],
            minimum_price=_money(asked.get("minimum_price")),
            maximum_price=_money(asked.get("maximum_price")),
            order=ProductOrder(asked["order"]),
            offset=asked["offset"],
            limit=asked["limit"],
        )
        results = ProductSerializer(found.products, many=True).data
        return Response(page(request, results=results, total=found.total, offset=asked["offset"], limit=asked["limit"]))


class OneProduct(APIView):
    """One product."""

    @extend_schema(operation_id="catalog_product", parameters=[_SKU], responses=ProductSerializer, tags=["catalog"])
    def get(self, request: Request, sku: str) -> Response:
        """One product, withdrawn ones too."""
        return Response(ProductSerializer(use(Catalog).product(sku=Sku(sku))).data)


class Categories(APIView):
    """The shelves."""

    @extend_schema(operation_id="catalog_categories", responses=CategorySerializer(many=True), tags=["catalog"])
    def get(self, request: Request) -> Response:
        """All categories that have something on sale, by name."""
        return Response(CategorySerializer(use(Catalog).categories(), many=True).data)


class Suggestions(APIView):
    """What somebody who is typing may mean."""

    @extend_schema(
        operation_id="catalog_suggest",
        parameters=[SuggestParameters],
        responses=ProductSerializer(many=True),
        tags=["catalog"],
    )
    def get(self, request: Request) -> Response:
        """The most popular products on sale of which a word begins with what was typed."""
        parameters = SuggestParameters(data=request.query_params.dict())
        parameters.is_valid(raise_exception=True)
        return Response(ProductSerializer(use(Catalog).suggest(**parameters.validated_data), many=True).data)


class _OperatorCommand(APIView):
    permission_classes = [operator_may("catalog.change_productrow")]

    def _catalog(self, request: Request) -> Any:
        return use(Catalog, idempotency_key=idempotency_key(request))


class Price(_OperatorCommand):
    """A product's price."""

    @extend_schema(
        operation_id="catalog_change_price",
        parameters=[_SKU, IDEMPOTENCY_KEY],
        request=PriceChangeSerializer,
        responses=ProductSerializer,
        tags=["catalog"],
    )
    def post(self, request: Request, sku: str) -> Response:
        """Set a new price from now on. For operators."""
        change = PriceChangeSerializer(data=request.data)
        change.is_valid(raise_exception=True)
        catalog = self._catalog(request)
        with on_behalf_of(request):
            product = catalog.change_price(
                sku=Sku(sku),
                price=Money(amount=change.validated_data["amount"]),
                reason=change.validated_data["reason"],
            )
        return Response(ProductSerializer(product).data)


class Withdrawal(_OperatorCommand):
    """A product's end."""

    @extend_schema(
        operation_id="catalog_withdraw",
        parameters=[_SKU, IDEMPOTENCY_KEY],
        request=WithdrawalSerializer,
        responses=ProductSerializer,
        tags=["catalog"],
    )
    def post(self, request: Request, sku: str) -> Response:
        """Take a product off sale. For operators."""
        withdrawal = WithdrawalSerializer(data=request.data)
        withdrawal.is_valid(raise_exception=True)
        catalog = self._catalog(request)
        with on_behalf_of(request):
            product = catalog.withdraw(sku=Sku(sku), reason=withdrawal.validated_data["reason"])
        return Response(ProductSerializer(product).data)


def _money(amount: Decimal | None) -> Money | None:
    return None if amount is None else Money(amount=amount)
