"""What the API takes and answers, for checking and for its schema."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from contracts.payments import PaymentState
from modules.payments.domain.lifecycle import LARGEST_AMOUNT
from modules.payments.models import LONGEST_REASON


class CardSerializer(serializers.Serializer[Any]):
    """A card, handed through to the payment provider and stored nowhere in the shop."""

    number = serializers.CharField(max_length=30, write_only=True, help_text="With or without spaces.")
    expiry_month = serializers.IntegerField(min_value=1, max_value=12)
    expiry_year = serializers.IntegerField(min_value=2000, max_value=2999, help_text="Four digits.")
    security_code = serializers.CharField(max_length=4, write_only=True)


class PaymentMethodSerializer(serializers.Serializer[Any]):
    """What a checkout pays with."""

    token = serializers.CharField(help_text="Valid for 30 minutes.")
    brand = serializers.CharField()
    last4 = serializers.CharField()


class MoneySerializer(serializers.Serializer[Any]):
    """An exact amount in one currency."""

    amount = serializers.DecimalField(max_digits=14, decimal_places=2)
    currency = serializers.CharField()


class ShownMethodSerializer(serializers.Serializer[Any]):
    """The card that paid, as far as it may be shown."""

    brand = serializers.CharField()
    last4 = serializers.CharField()


class PaymentSerializer(serializers.Serializer[Any]):
    """The payment of an order."""

    order_id = serializers.UUIDField()
    amount = MoneySerializer()
    refunded = MoneySerializer()
    state = serializers.ChoiceField(choices=[state.value for state in PaymentState])
    method = ShownMethodSerializer()
    decline_reason = serializers.CharField(help_text="Empty unless it was declined.")


class RefundSerializer(serializers.Serializer[Any]):
    """How much is given back, and why."""

    amount = serializers.DecimalField(
        max_digits=9, decimal_places=2, min_value=Decimal("0.01"), max_value=LARGEST_AMOUNT
    )
    currency = serializers.RegexField(r"^[A-Z]{3}$", default="GBP")
    reason = serializers.CharField(max_length=LONGEST_REASON)
