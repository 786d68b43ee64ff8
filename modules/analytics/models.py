"""The module's tables: one row an order or credit note, what products are called, and the pairs counted from that.

Events alone write the facts; the job that counts writes the pairs. This file may hold no rule: those are in
``domain/``.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class FactKind(models.TextChoices):
    """What happened."""

    SALE = "sale", "sale"
    CREDIT_NOTE = "credit_note", "credit note"


class OrderFact(models.Model):
    """What the history needs to know of one order or credit note; a credit note's amount is negative."""

    order_id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=11, choices=FactKind)
    customer_id = models.UUIDField(null=True)
    """Empty for guests."""
    at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3)
    skus = ArrayField(models.CharField(max_length=64))
    """The distinct goods of a sale, sorted; charges such as postage are none."""

    class Meta:
        db_table = "order_fact"
        verbose_name = "order in the history"
        verbose_name_plural = "orders in the history"
        indexes = [
            models.Index(fields=["at"], include=["kind", "amount", "currency", "cancelled_at"], name="order_fact_at"),
            models.Index(fields=["cancelled_at"], condition=Q(cancelled_at__isnull=False), name="order_fact_cancelled"),
            models.Index(
                fields=["customer_id", "at"],
                condition=Q(customer_id__isnull=False, cancelled_at__isnull=True, kind=FactKind.SALE),
                name="order_fact_customer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.amount} {self.currency}, {self.at:%Y-%m-%d}"


class SalesReport(OrderFact):
    """The page with charts in the admin, and the permission to see it and the API behind it."""

    class Meta:
        proxy = True
        default_permissions = ("view",)
        verbose_name = "sales report"
        verbose_name_plural = "sales report"


class ProductName(models.Model):
    """What the latest order that held a product called it."""

    sku = models.CharField(max_length=64, primary_key=True)
    name = models.TextField()

    class Meta:
        db_table = "product_name"

    def __str__(self) -> str:
        return self.name


class PairCount(models.Model):
    """One count of what is bought together. A newer one takes its place in one transaction."""

    counted_at = models.DateTimeField(auto_now_add=True)
    known = models.PositiveIntegerField(help_text="Facts and cancellations when it was counted.")
    baskets = models.PositiveIntegerField(help_text="Sales of goods that it was counted from.")
    seconds = models.FloatField(help_text="How long counting took.")

    class Meta:
        db_table = "pair_count"

    def __str__(self) -> str:
        return f"pairs of {self.baskets} baskets"


class ProductPair(models.Model):
    """Two products, and how many baskets hold both, the first, and the second."""

    count = models.ForeignKey(PairCount, on_delete=models.CASCADE)
    first = models.CharField(max_length=64)
    second = models.CharField(max_length=64)
    together = models.PositiveIntegerField()
    with_first = models.PositiveIntegerField()
    with_second = models.PositiveIntegerField()

    class Meta:
        db_table = "product_pair"
        constraints = [models.UniqueConstraint(fields=["count", "first", "second"], name="pair_once_a_count")]

    def __str__(self) -> str:
        return f"{self.first} and {self.second}: {self.together}"


class DayRevenue(models.Model):
    """What one day brought in one country. Taken back is on the day of the cancellation or the credit note."""

    pk = models.CompositePrimaryKey("day", "country", "currency")
    day = models.DateField()
    """In the shop's time zone."""
    country = models.CharField(max_length=80)
    currency = models.CharField(max_length=3)
    orders = models.IntegerField(default=0)
    sold = models.DecimalField(max_digits=16, decimal_places=2)
    taken_back = models.DecimalField(max_digits=16, decimal_places=2)

    class Meta:
        db_table = "day_revenue"

    def __str__(self) -> str:
        return f"{self.day} {self.country}"


class ProductRevenue(models.Model):
    """What one product brought on one day in one country, by the lines of orders and credit notes."""

    pk = models.CompositePrimaryKey("day", "country", "sku", "currency")
    day = models.DateField()
    country = models.CharField(max_length=80)
    sku = models.CharField(max_length=64)
    currency = models.CharField(max_length=3)
    units = models.BigIntegerField(default=0)
    """Sold, without what came back."""
    sold = models.DecimalField(max_digits=16, decimal_places=2)
    taken_back = models.DecimalField(max_digits=16, decimal_places=2)

    class Meta:
        db_table = "product_revenue"

    def __str__(self) -> str:
        return f"{self.day} {self.sku}"


class RevenuePlace(models.Model):
    """The country of an order that can still be cancelled, which the cancellation does not say."""

    order_id = models.UUIDField(primary_key=True)
    country = models.CharField(max_length=80)

    class Meta:
        db_table = "revenue_place"

    def __str__(self) -> str:
        return self.country
