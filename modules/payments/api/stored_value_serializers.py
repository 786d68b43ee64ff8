"""What the API of wallets and gift cards takes and answers. Codes travel in bodies only: addresses are logged."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from modules.payments.domain.lifecycle import LARGEST_AMOUNT
from modules.payments.models import LONGEST_REASON
from seamline.web.fields import AmountField, CodeField, FlagField, TextField, UuidField
from seamline.web.values import MoneySerializer

LONGEST_MESSAGE = 500
LONGEST_CODE = 40


class WalletSerializer(serializers.Serializer[Any]):
    """What the shop owes a customer."""

    customer_id = UuidField()
    balance = MoneySerializer()
    available = MoneySerializer(help_text="Without what is set aside for orders that are not paid yet.")


class GiftCardCodeSerializer(serializers.Serializer[Any]):
    """The code of a gift card."""

    code = TextField(max_length=LONGEST_CODE, write_only=True, help_text="With or without hyphens and spaces.")


class GiftCardSerializer(serializers.Serializer[Any]):
    """What is left on a gift card."""

    balance = MoneySerializer()
    available = MoneySerializer(help_text="Without what is set aside for orders that are not paid yet.")
    message = TextField()
    is_blocked = FlagField()


class StoredAmountSerializer(serializers.Serializer[Any]):
    """An amount that the shop will owe."""

    amount = AmountField(max_digits=9, decimal_places=2, min_value=Decimal("0.01"), max_value=LARGEST_AMOUNT)
    currency = CodeField(r"^[A-Z]{3}$", default="GBP")


class TopUpSerializer(StoredAmountSerializer):
    """How much is put into a wallet, and why."""

    reason = TextField(max_length=LONGEST_REASON)


class GiftCardOrderSerializer(StoredAmountSerializer):
    """A gift card to be made."""

    recipient = serializers.EmailField(max_length=254, help_text="Whoever gets it.")
    message = TextField(max_length=LONGEST_MESSAGE, allow_blank=True, default="")


class IssuedGiftCardSerializer(serializers.Serializer[Any]):
    """A new gift card."""

    card_id = UuidField()
    code = TextField(help_text="Shown this once.")


class BlockSerializer(serializers.Serializer[Any]):
    """Why a gift card is blocked."""

    reason = TextField(max_length=LONGEST_REASON)
