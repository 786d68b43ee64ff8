"""What the API takes and answers, for checking and for its schema."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from modules.inventory.domain.lines import LARGEST_QUANTITY
from modules.inventory.domain.movements import LONGEST_REASON
from seamline.web.fields import CodeField, TextField, WholeNumberField

SKU = r"^[A-Z0-9_]{1,20}$"
MOST_SKUS = 100


class LevelsParameters(serializers.Serializer[Any]):
    """The products asked for, ``sku`` given once for each."""

    sku = serializers.ListField(child=serializers.RegexField(SKU), min_length=1, max_length=MOST_SKUS)


class AvailabilitySerializer(serializers.Serializer[Any]):
    """What can be sold of one product."""

    sku = TextField()
    available = WholeNumberField(help_text="Units that can still be reserved.")


class AdjustmentSerializer(serializers.Serializer[Any]):
    """A change of a product's stock by hand."""

    sku = CodeField(SKU)
    change = WholeNumberField(
        min_value=-LARGEST_QUANTITY, max_value=LARGEST_QUANTITY, help_text="Units; negative to take some away."
    )
    reason = TextField(max_length=LONGEST_REASON)


class StockLevelSerializer(serializers.Serializer[Any]):
    """What is on the shelf of one product."""

    sku = TextField()
    on_hand = WholeNumberField()
    reserved = WholeNumberField()
    available = WholeNumberField()


class AlertsParameters(serializers.Serializer[Any]):
    """How many are wanted."""

    limit = serializers.IntegerField(min_value=1, max_value=500, default=100)


class StockAlertSerializer(serializers.Serializer[Any]):
    """A product that runs out."""

    sku = serializers.CharField()
    level = serializers.CharField(help_text="`out` or `low`.")
    since = serializers.DateTimeField()
    on_hand = serializers.IntegerField()
    reserved = serializers.IntegerField()
