"""What the API takes and answers, for checking and for its schema."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from modules.recommendations.domain.ranking import LARGEST_ANSWER

LONGEST_SKU = 64
LARGEST_BASKET = 100


class LimitParameters(serializers.Serializer[Any]):
    """How many recommendations are wanted at most."""

    limit = serializers.IntegerField(min_value=1, max_value=LARGEST_ANSWER, default=6)


class BasketParameters(LimitParameters):
    """The products of a basket, ``sku`` given once for each."""

    sku = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_SKU), min_length=1, max_length=LARGEST_BASKET
    )


class RecommendationSerializer(serializers.Serializer[Any]):
    """One product, and why it is recommended."""

    sku = serializers.CharField()
    score = serializers.FloatField(help_text="Comparable within one answer only; higher is better.")
    because_of = serializers.ListField(
        child=serializers.CharField(), help_text="The products that led to it, the strongest first."
    )
    bought_together = serializers.IntegerField(help_text="Baskets that hold it and the first of `because_of`.")
