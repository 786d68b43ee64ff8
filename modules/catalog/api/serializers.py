"""What the API takes and answers, for checking and for its schema."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from contracts.catalog import ProductOrder
from modules.catalog.domain.prices import LARGEST
from modules.catalog.domain.reasons import LONGEST_REASON
from seamline.web.fields import AmountField, FlagField, TextField, WholeNumberField
from seamline.web.pagination import PageParameters
from seamline.web.values import MoneySerializer

SKU = r"^[A-Z0-9_]{1,20}$"
SLUG = r"^[a-z0-9-]{1,60}$"


class ProductSerializer(serializers.Serializer[Any]):
    """A product as it is offered now."""

    sku = TextField()
    name = TextField()
    description = TextField(allow_blank=True)
    category = TextField(help_text="Slug of its category.")
    price = MoneySerializer()
    on_sale = FlagField(help_text="False once withdrawn.")


class CategorySerializer(serializers.Serializer[Any]):
    """A shelf of the shop."""

    slug = TextField()
    name = TextField()
    product_count = WholeNumberField(help_text="Products on sale in it.")


class SearchParameters(PageParameters):
    """What to look for; all that is given must match."""

    text = serializers.CharField(max_length=100, allow_blank=True, default="")
    category = serializers.RegexField(SLUG, allow_blank=True, default="")
    minimum_price = serializers.DecimalField(max_digits=10, decimal_places=2, min_value=Decimal(0), required=False)
    maximum_price = serializers.DecimalField(max_digits=10, decimal_places=2, min_value=Decimal(0), required=False)
    order = serializers.ChoiceField([order.value for order in ProductOrder], default=ProductOrder.RELEVANCE.value)


class SuggestParameters(serializers.Serializer[Any]):
    """What was typed so far."""

    prefix = serializers.CharField(max_length=50)
    limit = serializers.IntegerField(min_value=1, max_value=20, default=8)


class PriceChangeSerializer(serializers.Serializer[Any]):
    """A new price and why."""

    amount = AmountField(max_digits=10, decimal_places=2, min_value=Decimal("0.01"), max_value=LARGEST)
    reason = TextField(max_length=LONGEST_REASON)


class WithdrawalSerializer(serializers.Serializer[Any]):
    """Why a product goes off sale."""

    reason = TextField(max_length=LONGEST_REASON)
