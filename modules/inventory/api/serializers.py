"""What the API takes and answers, for checking and for its schema."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from modules.inventory.domain.lines import LARGEST_QUANTITY
from modules.inventory.domain.movements import LONGEST_REASON

SKU = r"^[A-Z0-9_]{1,20}$"
MOST_SKUS = 100


class LevelsParameters(serializers.Serializer[Any]):
    """The products asked for, ``sku`` given once for each."""

    sku = serializers.ListField(child=serializers.RegexField(SKU), min_length=1, max_length=MOST_SKUS)


class AvailabilitySerializer(serializers.Serializer[Any]):
    """What can be sold of one product."""

    sku = serializers.CharField()
    available = serializers.IntegerField(help_text="Units that can still be reserved.")


class AdjustmentSerializer(serializers.Serializer[Any]):
    """A change of a product's stock by hand."""

    sku = serializers.RegexField(SKU)
    change = serializers.IntegerField(
        min_value=-LARGEST_QUANTITY, max_value=LARGEST_QUANTITY, help_text="Units; negative to take some away."
    )
    reason = serializers.CharField(max_length=LONGEST_REASON)


class StockLevelSerializer(serializers.Serializer[Any]):
    """What is on the shelf of one product."""

    sku = serializers.CharField()
    on_hand = serializers.IntegerField()
    reserved = serializers.IntegerField()
    available = serializers.IntegerField()
