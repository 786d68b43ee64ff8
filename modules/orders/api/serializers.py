"""What the API takes and answers, for checking and for its schema."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from contracts.orders import Channel, OrderState
from modules.orders.domain.cart import LARGEST_QUANTITY
from modules.orders.domain.checkout import LONGEST_EMAIL
from seamline.web.fields import CodeField, TextField, UuidField, WholeNumberField
from seamline.web.pagination import PageParameters, page_serializer
from seamline.web.values import AddressSerializer, MoneySerializer

SKU = r"^[A-Z0-9_]{1,20}$"


class CartLineSerializer(serializers.Serializer[Any]):
    """So many units of one product."""

    sku = TextField()
    quantity = WholeNumberField()


class CartSerializer(serializers.Serializer[Any]):
    """What is to be bought, in the order in which it was put in."""

    cart_id = UuidField()
    lines = CartLineSerializer(many=True)


class AdditionSerializer(serializers.Serializer[Any]):
    """Units that are put in a cart, on top of those that are in it."""

    sku = CodeField(SKU)
    quantity = WholeNumberField(min_value=1, max_value=LARGEST_QUANTITY, default=1)


class QuantitySerializer(serializers.Serializer[Any]):
    """How many units are to be in the cart; 0 takes the product out."""

    quantity = WholeNumberField(min_value=0, max_value=LARGEST_QUANTITY)


class CheckoutSerializer(serializers.Serializer[Any]):
    """What is bought, where it goes and who pays."""

    cart_id = UuidField()
    email = serializers.EmailField(max_length=LONGEST_EMAIL)
    ship_to = AddressSerializer()
    payment_method = TextField(max_length=200, help_text="A token from `POST /api/v1/payments/cards/`.")


class CancellationSerializer(serializers.Serializer[Any]):
    """Why an order is cancelled."""

    reason = TextField(max_length=200, default="changed my mind")


class OrderLineSerializer(serializers.Serializer[Any]):
    """What was sold, under the name and at the price of that moment."""

    sku = TextField()
    name = TextField()
    quantity = WholeNumberField()
    unit_price = MoneySerializer()
    total = MoneySerializer()


class OrderSerializer(serializers.Serializer[Any]):
    """One order."""

    order_id = UuidField()
    number = TextField()
    customer_id = UuidField(allow_null=True)
    email = TextField(allow_blank=True)
    state = serializers.ChoiceField(choices=[state.value for state in OrderState])
    channel = serializers.ChoiceField(choices=[channel.value for channel in Channel])
    lines = OrderLineSerializer(many=True)
    total = MoneySerializer()
    country = TextField()
    ship_to = AddressSerializer(allow_null=True)
    placed_at = serializers.DateTimeField()
    rejection = TextField(allow_blank=True, help_text="The code of the error that ended the checkout.")


OrderPageSerializer = page_serializer(OrderSerializer)
OrderPageParameters = PageParameters
