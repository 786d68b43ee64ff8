"""Wallets and gift cards over HTTP. Customers see and spend their own wallet alone; a code speaks for its gift card.

Tokens are made without a key of the client's: guests share one name, and a guessed key would answer another's token.
"""

from __future__ import annotations

import uuid
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from contracts.kernel import CustomerId, Money
from contracts.payments import Payments
from modules.payments.api.serializers import PaymentMethodSerializer
from modules.payments.api.stored_value_serializers import (
    BlockSerializer,
    GiftCardCodeSerializer,
    GiftCardOrderSerializer,
    GiftCardSerializer,
    IssuedGiftCardSerializer,
    TopUpSerializer,
    WalletSerializer,
)
from seamline.calls import use
from seamline.contract import Secret
from seamline.web.idempotency import IDEMPOTENCY_KEY, idempotency_key
from seamline.web.permissions import IsCustomer, operator_may
from seamline.web.principal import on_behalf_of, principal_of
from seamline.web.throttling import CredentialThrottle, PrincipalThrottle, PurchaseThrottle


class OwnWallet(APIView):
    """My wallet."""

    permission_classes = [IsCustomer]

    @extend_schema(operation_id="payments_my_wallet", responses=WalletSerializer, tags=["payments"])
    def get(self, request: Request) -> Response:
        """What the shop owes me."""
        return Response(WalletSerializer(use(Payments).wallet(customer_id=_own_id(request))).data)


class OwnWalletTokens(APIView):
    """Paying with my wallet."""

    permission_classes = [IsCustomer]
    throttle_classes = [PrincipalThrottle, PurchaseThrottle]

    @extend_schema(
        operation_id="payments_pay_with_wallet",
        request=None,
        responses={201: PaymentMethodSerializer},
        tags=["payments"],
    )
    def post(self, request: Request) -> Response:
        """A token that pays from my wallet at the checkout. Each call makes a new one."""
        with on_behalf_of(request):
            method = use(Payments).pay_with_wallet(customer_id=_own_id(request))
        return Response(PaymentMethodSerializer(method).data, status=status.HTTP_201_CREATED)


class WalletOfCustomer(APIView):
    """A customer's wallet, for operators."""

    permission_classes = [operator_may("payments.view_storedvaluerow")]

    @extend_schema(operation_id="payments_wallet", responses=WalletSerializer, tags=["payments"])
    def get(self, request: Request, customer_id: uuid.UUID) -> Response:
        """What the shop owes a customer. For operators."""
        return Response(WalletSerializer(use(Payments).wallet(customer_id=CustomerId(customer_id))).data)


class TopUps(APIView):
    """Money that the shop puts into a wallet."""

    permission_classes = [operator_may("payments.change_storedvaluerow")]

    @extend_schema(
        operation_id="payments_top_up_wallet",
        parameters=[IDEMPOTENCY_KEY],
        request=TopUpSerializer,
        responses=WalletSerializer,
        tags=["payments"],
    )
    def post(self, request: Request, customer_id: uuid.UUID) -> Response:
        """Put an amount into a customer's wallet; the first one opens it. For operators."""
        asked = _checked(TopUpSerializer(data=request.data))
        with on_behalf_of(request):
            wallet = use(Payments, idempotency_key=idempotency_key(request)).top_up_wallet(
                customer_id=CustomerId(customer_id), amount=_money(asked), reason=asked["reason"]
            )
        return Response(WalletSerializer(wallet).data)


class GiftCards(APIView):
    """New gift cards."""

    permission_classes = [operator_may("payments.add_storedvaluerow")]

    @extend_schema(
        operation_id="payments_issue_gift_card",
        parameters=[IDEMPOTENCY_KEY],
        request=GiftCardOrderSerializer,
        responses={201: IssuedGiftCardSerializer},
        tags=["payments"],
    )
    def post(self, request: Request) -> Response:
        """Make a gift card; its code is shown this once. For operators."""
        asked = _checked(GiftCardOrderSerializer(data=request.data))
        with on_behalf_of(request):
            issued = use(Payments, idempotency_key=idempotency_key(request)).issue_gift_card(
                amount=_money(asked), recipient=asked["recipient"], message=asked["message"]
            )
        return Response(IssuedGiftCardSerializer(issued).data, status=status.HTTP_201_CREATED)


class BlockedGiftCards(APIView):
    """Gift cards that are lost or stolen."""

    permission_classes = [operator_may("payments.change_storedvaluerow")]

    @extend_schema(
        operation_id="payments_block_gift_card", request=BlockSerializer, responses={204: None}, tags=["payments"]
    )
    def post(self, request: Request, card_id: uuid.UUID) -> Response:
        """Let nothing more be paid with a gift card. For operators."""
        asked = _checked(BlockSerializer(data=request.data))
        with on_behalf_of(request):
            use(Payments).block_gift_card(card_id=card_id, reason=asked["reason"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class GiftCardBalances(APIView):
    """What is left on a gift card, for whoever has its code."""

    throttle_classes = [PrincipalThrottle, CredentialThrottle]

    @extend_schema(
        operation_id="payments_gift_card",
        request=GiftCardCodeSerializer,
        responses=GiftCardSerializer,
        tags=["payments"],
    )
    def post(self, request: Request) -> Response:
        """What is left on the gift card with a code. It changes nothing; a code has no place in an address."""
        code = _checked(GiftCardCodeSerializer(data=request.data))["code"]
        return Response(GiftCardSerializer(use(Payments).gift_card(code=Secret(code))).data)


class GiftCardTokens(APIView):
    """Paying with a gift card."""

    throttle_classes = [PrincipalThrottle, CredentialThrottle]

    @extend_schema(
        operation_id="payments_pay_with_gift_card",
        request=GiftCardCodeSerializer,
        responses={201: PaymentMethodSerializer},
        tags=["payments"],
    )
    def post(self, request: Request) -> Response:
        """A token that pays with the gift card at the checkout. Each call makes a new one."""
        code = _checked(GiftCardCodeSerializer(data=request.data))["code"]
        with on_behalf_of(request):
            method = use(Payments).pay_with_gift_card(code=Secret(code))
        return Response(PaymentMethodSerializer(method).data, status=status.HTTP_201_CREATED)


def _own_id(request: Request) -> CustomerId:
    customer_id = principal_of(request).customer_id
    assert customer_id is not None  # the permission saw to it
    return CustomerId(customer_id)


def _checked(asked: Any) -> dict[str, Any]:
    asked.is_valid(raise_exception=True)
    values: dict[str, Any] = asked.validated_data
    return values


def _money(asked: dict[str, Any]) -> Money:
    return Money(amount=asked["amount"], currency=asked["currency"])
