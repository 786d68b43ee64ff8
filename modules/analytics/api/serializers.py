"""What the API takes and answers, for checking and for its schema."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from modules.analytics.application.breakdown import MOST
from modules.analytics.application.pairs import MOST_SHOWN, PairOrder
from modules.analytics.application.retention import MOST_COHORTS, MOST_COLUMNS
from modules.analytics.application.revenue import MOST_MONTHS
from modules.analytics.domain.months import Month
from modules.analytics.infra.breakdown import By

MONTH = r"^[12][0-9]{3}-(0[1-9]|1[0-2])$"


class MonthsParameters(serializers.Serializer[Any]):
    """Up to which month."""

    until = serializers.RegexField(
        MONTH, required=False, help_text="The last month, as 2011-03; without it, the newest."
    )

    def validate_until(self, value: str) -> Month:
        return Month.parse(value)


class RevenueParameters(MonthsParameters):
    """Which months are wanted."""

    months = serializers.IntegerField(min_value=1, max_value=MOST_MONTHS, default=24)
    currency = serializers.RegexField(
        r"^[A-Z]{3}$", required=False, help_text="Of the orders that are summed up; without it, that of most orders."
    )


class RetentionParameters(MonthsParameters):
    """Which cohorts are wanted; ``until`` is of the first orders."""

    cohorts = serializers.IntegerField(min_value=1, max_value=MOST_COHORTS, default=13)
    columns = serializers.IntegerField(
        min_value=1, max_value=MOST_COLUMNS, default=12, help_text="The most months after the first order."
    )


class PairsParameters(serializers.Serializer[Any]):
    """Which pairs are wanted."""

    limit = serializers.IntegerField(min_value=1, max_value=MOST_SHOWN, default=20)
    order = serializers.ChoiceField([order.value for order in PairOrder], default=PairOrder.TOGETHER.value)
    sku = serializers.CharField(max_length=64, required=False, help_text="Only pairs with this product.")


class RevenueMonthSerializer(serializers.Serializer[Any]):
    """One month. ``credited`` and ``cancelled`` are zero or less; ``net`` is the sum of the three."""

    month = serializers.CharField()
    orders = serializers.IntegerField()
    sold = serializers.DecimalField(max_digits=18, decimal_places=2)
    credited = serializers.DecimalField(max_digits=18, decimal_places=2)
    cancelled = serializers.DecimalField(max_digits=18, decimal_places=2)
    net = serializers.DecimalField(max_digits=18, decimal_places=2)
    change = serializers.DecimalField(
        max_digits=12, decimal_places=4, allow_null=True, help_text="Against the calendar month before; 0.25 is +25 %."
    )
    is_running = serializers.BooleanField(help_text="The newest event is in this month.")


class RevenueSerializer(serializers.Serializer[Any]):
    """Revenue month on month."""

    currency = serializers.CharField(allow_blank=True)
    currencies = serializers.ListField(child=serializers.CharField())
    as_of = serializers.DateTimeField(allow_null=True, help_text="When the newest event happened.")
    months = RevenueMonthSerializer(many=True)


class RevenueByParameters(serializers.Serializer[Any]):
    """What each row stands for, and which days count."""

    by = serializers.ChoiceField([by.value for by in By], default=By.DAY.value)
    since = serializers.DateField(required=False, help_text="The first day.")
    until = serializers.DateField(required=False, help_text="The last day.")
    country = serializers.CharField(max_length=80, required=False, help_text="Only of this country.")
    currency = serializers.RegexField("^[A-Z]{3}$", required=False, help_text="Without it, that of most orders.")
    limit = serializers.IntegerField(min_value=1, max_value=MOST, default=100)


class RevenueShareSerializer(serializers.Serializer[Any]):
    """What a day, a country or a product brought."""

    key = serializers.CharField(help_text="A date, a country or a stock code.")
    count = serializers.IntegerField(help_text="Orders; of a product, units without those that came back.")
    sold = serializers.DecimalField(max_digits=18, decimal_places=2)
    taken_back = serializers.DecimalField(max_digits=18, decimal_places=2, help_text="Cancelled or credited.")
    net = serializers.DecimalField(max_digits=18, decimal_places=2)


class RevenueBySerializer(serializers.Serializer[Any]):
    """Revenue by day, country or product."""

    by = serializers.CharField()
    currency = serializers.CharField(allow_blank=True)
    rows = RevenueShareSerializer(many=True)


class CohortSerializer(serializers.Serializer[Any]):
    """Customers by the month of their first order."""

    month = serializers.CharField()
    size = serializers.IntegerField()
    active = serializers.ListField(
        child=serializers.IntegerField(), help_text="How many ordered 0, 1, 2... months after their first order."
    )
    shares = serializers.ListField(child=serializers.FloatField(), help_text="The same as parts of the cohort.")
    ended = serializers.IntegerField(help_text="So many of these months have ended; the one after them still runs.")


class RetentionSerializer(serializers.Serializer[Any]):
    """Cohorts, and the average of those that are old enough."""

    as_of = serializers.DateTimeField(allow_null=True, help_text="When the newest event happened.")
    cohorts = CohortSerializer(many=True)
    average = serializers.ListField(
        child=serializers.FloatField(allow_null=True), help_text="Without the month that still runs."
    )


class PairSerializer(serializers.Serializer[Any]):
    """Two products."""

    first = serializers.CharField()
    first_name = serializers.CharField()
    second = serializers.CharField()
    second_name = serializers.CharField()
    together = serializers.IntegerField(help_text="Baskets that hold both.")
    with_first = serializers.IntegerField()
    with_second = serializers.IntegerField()
    lift = serializers.FloatField(help_text="How many times more often together than by chance.")


class PairsSerializer(serializers.Serializer[Any]):
    """What is bought together."""

    counted_at = serializers.DateTimeField(allow_null=True)
    baskets = serializers.IntegerField()
    pairs = PairSerializer(many=True)
