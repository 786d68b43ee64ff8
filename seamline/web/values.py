"""Shapes that more than one API answers: an amount of money, a postal address. One class each, so one schema each."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from seamline.web.fields import AmountField, TextField

LONGEST_LINE = 120


class MoneySerializer(serializers.Serializer[Any]):
    """An exact amount in one currency."""

    amount = AmountField(max_digits=14, decimal_places=2)
    currency = TextField()


class AddressSerializer(serializers.Serializer[Any]):
    """Where goods go."""

    name = TextField(max_length=LONGEST_LINE)
    line1 = TextField(max_length=LONGEST_LINE)
    line2 = TextField(max_length=LONGEST_LINE, allow_blank=True, default="")
    city = TextField(max_length=LONGEST_LINE)
    postcode = TextField(max_length=LONGEST_LINE)
    country = TextField(max_length=LONGEST_LINE)
