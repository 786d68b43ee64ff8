"""Payments over HTTP: each view checks its input, calls the contract and shows the answer."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from contracts.kernel import Money, OrderId
from contracts.payments import Payment, Payments
from modules.payments.api.serializers import (
    BalanceSerializer,
    BalancesParameters,
    CardSerializer,
    PaymentMethodSerializer,
    PaymentSerializer,
    RefundSerializer,
)
from modules.payments.application.balances import balances
from seamline.calls import use
from seamline.web.idempotency import IDEMPOTENCY_KEY, idempotency_key
from seamline.web.permissions import operator_may
from seamline.web.principal import on_behalf_of
from seamline.web.throttling import PrincipalThrottle, PurchaseThrottle


class Cards(APIView):
    """Cards to pay with."""

    throttle_classes = [PrincipalThrottle, PurchaseThrottle]

    @extend_schema(
        operation_id="payments_register_card",
        request=CardSerializer,
        responses={201: PaymentMethodSerializer},
        tags=["payments"],
    )
    def post(self, request: Request) -> Response:
        """Hand a card to the payment provider; the answer's token pays at the checkout. Each call makes a new token."""
        card = CardSerializer(data=request.data)
        card.is_valid(raise_exception=True)
        # No key of the client's: guests share one name, and a guessed key would answer another guest's token.
        method = use(Payments).register_card(**card.validated_data)
        return Response(PaymentMethodSerializer(method).data, status=status.HTTP_201_CREATED)


class PaymentOfOrder(APIView):
    """The payment of an order."""

    permission_classes = [operator_may("payments.view_paymentrow")]

    @extend_schema(operation_id="payments_payment", responses=PaymentSerializer, tags=["payments"])
    def get(self, request: Request, order_id: uuid.UUID) -> Response:
        """What was paid and given back for an order. For operators."""
        return Response(PaymentSerializer(use(Payments).payment(order_id=OrderId(order_id))).data)


class Balances(APIView):
    """The ledger's accounts."""

    permission_classes = [operator_may("payments.view_ledgerentry")]

    @extend_schema(
        operation_id="payments_balances",
        parameters=[BalancesParameters],
        responses=BalanceSerializer(many=True),
        tags=["payments"],
    )
    def get(self, request: Request) -> Response:
        """What is in each account, now or as it was known at a time; all of them add up to zero. For operators."""
        parameters = BalancesParameters(data=request.query_params)
        parameters.is_valid(raise_exception=True)
        rows = [
            {"account": account, "balance": balance}
            for account, amounts in balances(as_of=parameters.validated_data.get("as_of")).items()
            for balance in amounts
        ]
        return Response(BalanceSerializer(rows, many=True).data)


class Refunds(APIView):
    """Money that goes back."""

    permission_classes = [operator_may("payments.change_paymentrow")]

    @extend_schema(
        operation_id="payments_refund",
        parameters=[IDEMPOTENCY_KEY],
        request=RefundSerializer,
        responses=PaymentSerializer,
        tags=["payments"],
    )
    def post(self, request: Request, order_id: uuid.UUID) -> Response:
        """Give back a part or all of a captured payment. For operators."""
        return _moved(request, order_id, lambda payments: payments.refund)


class Chargebacks(APIView):
    """Money that a bank took back."""

    permission_classes = [operator_may("payments.change_paymentrow")]

    @extend_schema(
        operation_id="payments_charge_back",
        parameters=[IDEMPOTENCY_KEY],
        request=RefundSerializer,
        responses=PaymentSerializer,
        tags=["payments"],
    )
    def post(self, request: Request, order_id: uuid.UUID) -> Response:
        """Book that the card's bank took a part or all of a captured payment back. For operators."""
        return _moved(request, order_id, lambda payments: payments.charge_back)


def _moved(request: Request, order_id: uuid.UUID, command: Callable[[Payments], Callable[..., Payment]]) -> Response:
    movement = RefundSerializer(data=request.data)
    movement.is_valid(raise_exception=True)
    wanted = movement.validated_data
    with on_behalf_of(request):
        payment = command(use(Payments, idempotency_key=idempotency_key(request)))(
            order_id=OrderId(order_id),
            amount=Money(amount=wanted["amount"], currency=wanted["currency"]),
            reason=wanted["reason"],
        )
    return Response(PaymentSerializer(payment).data)
