"""What the API takes and answers, for checking and for its schema."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from contracts.payments import PaymentState
from modules.payments.domain.lifecycle import LARGEST_AMOUNT
from modules.payments.models import LONGEST_REASON
from seamline.web.fields import AmountField, CodeField, TextField, UuidField, WholeNumberField
from seamline.web.values import MoneySerializer


class CardSerializer(serializers.Serializer[Any]):
    """A card, handed through to the payment provider and stored nowhere in the shop."""

    number = TextField(max_length=30, write_only=True, help_text="With or without spaces.")
    expiry_month = WholeNumberField(min_value=1, max_value=12)
    expiry_year = WholeNumberField(min_value=2000, max_value=2999, help_text="Four digits.")
    security_code = TextField(max_length=4, write_only=True)


class PaymentMethodSerializer(serializers.Serializer[Any]):
    """What a checkout pays with."""

    token = TextField(help_text="Valid for 30 minutes.")
    brand = TextField()
    last4 = TextField()


class ShownMethodSerializer(serializers.Serializer[Any]):
    """The card that paid, as far as it may be shown."""

    brand = TextField()
    last4 = TextField()


class PaymentSerializer(serializers.Serializer[Any]):
    """The payment of an order."""

    order_id = UuidField()
    amount = MoneySerializer()
    refunded = MoneySerializer()
    charged_back = MoneySerializer(help_text="Taken back by the card's bank.")
    state = serializers.ChoiceField(choices=[state.value for state in PaymentState])
    method = ShownMethodSerializer()
    decline_reason = TextField(help_text="Empty unless it was declined.")


class BalanceSerializer(serializers.Serializer[Any]):
    """What is in one account of the ledger."""

    account = TextField()
    balance = MoneySerializer()


class BalancesParameters(serializers.Serializer[Any]):
    """When."""

    as_of = serializers.DateTimeField(required=False, help_text="Only what had been recorded by then counts.")


class RefundSerializer(serializers.Serializer[Any]):
    """How much is given back, or was taken back by a bank, and why."""

    amount = AmountField(max_digits=9, decimal_places=2, min_value=Decimal("0.01"), max_value=LARGEST_AMOUNT)
    currency = CodeField(r"^[A-Z]{3}$", default="GBP")
    reason = TextField(max_length=LONGEST_REASON)
