"""What the API takes and answers, for checking and for its schema."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from modules.storefront.composition.customer import ShipmentState
from seamline.calls import PartState
from seamline.web.pagination import PageParameters, page_serializer
from seamline.web.values import MoneySerializer


class OrderHistoryParameters(PageParameters):
    """A page of the history."""


class OrderSummarySerializer(serializers.Serializer[Any]):
    """One line of the history."""

    order_id = serializers.UUIDField()
    number = serializers.CharField()
    state = serializers.CharField()
    placed_at = serializers.DateTimeField()
    total = MoneySerializer()
    units = serializers.IntegerField()


OrderHistorySerializer = page_serializer(OrderSummarySerializer)


class OverviewParameters(serializers.Serializer[Any]):
    """How much is wanted."""

    orders = serializers.IntegerField(min_value=1, max_value=50, default=10, help_text="The most recent orders.")


class OverviewCustomerSerializer(serializers.Serializer[Any]):
    """Who it is."""

    customer_id = serializers.UUIDField()
    email = serializers.CharField(allow_blank=True)
    name = serializers.CharField(allow_blank=True)
    country = serializers.CharField(allow_blank=True)
    signed_up_at = serializers.DateTimeField()


class OverviewOrderSerializer(serializers.Serializer[Any]):
    """One of the customer's orders."""

    order_id = serializers.UUIDField()
    number = serializers.CharField()
    state = serializers.CharField()
    placed_at = serializers.DateTimeField()
    total = MoneySerializer()
    units = serializers.IntegerField()


class OverviewPaymentSerializer(serializers.Serializer[Any]):
    """The payment of one of the orders."""

    order_id = serializers.UUIDField()
    state = serializers.CharField()
    amount = MoneySerializer()
    refunded = MoneySerializer()


class OverviewShipmentSerializer(serializers.Serializer[Any]):
    """Where the goods of one of the orders are, as the stock tells it."""

    order_id = serializers.UUIDField()
    state = serializers.CharField(help_text=f"One of {', '.join(state.value for state in ShipmentState)}.")
    units = serializers.IntegerField()


class OverviewPartsSerializer(serializers.Serializer[Any]):
    """The parts; null is not known now, empty is none."""

    customer = OverviewCustomerSerializer()
    orders = OverviewOrderSerializer(many=True, allow_null=True)
    payments = OverviewPaymentSerializer(many=True, allow_null=True)
    shipments = OverviewShipmentSerializer(many=True, allow_null=True)


class OverviewStatusSerializer(serializers.Serializer[Any]):
    """How a part was come by."""

    state = serializers.CharField(help_text=f"One of {', '.join(state.value for state in PartState)}.")
    milliseconds = serializers.FloatField()
    reason = serializers.CharField(allow_blank=True)


class CustomerOverviewSerializer(serializers.Serializer[Any]):
    """The whole answer."""

    complete = serializers.BooleanField()
    parts = OverviewPartsSerializer()
    status = serializers.DictField(child=OverviewStatusSerializer())
