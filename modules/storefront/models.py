"""Read models of the shop: what its pages would otherwise have to ask for row by row. Events alone write here."""

from __future__ import annotations

from decimal import Decimal

from django.db import models

from contracts.kernel import Money


class OrderSummary(models.Model):
    """One line of a customer's order history."""

    class State(models.TextChoices):
        PLACED = "placed", "Placed"
        REJECTED = "rejected", "Not completed"
        CANCELLED = "cancelled", "Cancelled"
        CREDIT_NOTE = "credit_note", "Credit note"

    order_id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=40, db_index=True)
    customer_id = models.UUIDField(null=True)
    """Empty for orders of guests."""
    channel = models.CharField(max_length=20, default="shop")
    state = models.CharField(max_length=20, choices=State.choices)
    placed_at = models.DateTimeField()
    amount = models.DecimalField(max_digits=12, decimal_places=2, default=Decimal(0))
    currency = models.CharField(max_length=3, default="GBP")
    units = models.IntegerField(default=0)
    line_count = models.IntegerField(default=0)
    preview = models.JSONField(default=list)
    """Stock code and name of the first products: ``[["85123A", "..."], ...]``."""
    country = models.CharField(max_length=80, default="")

    class Meta:
        verbose_name = "order in history"
        verbose_name_plural = "order history"
        ordering = ["-placed_at"]
        indexes = [
            models.Index("customer_id", models.F("placed_at").desc(), name="order_history_of_customer"),
            models.Index(models.F("placed_at").desc(), name="order_history_newest"),
        ]

    def __str__(self) -> str:
        return f"Order {self.number}"

    @property
    def total(self) -> Money:
        """The order's total; negative for a credit note."""
        return Money(amount=self.amount, currency=self.currency)


class ProductFacts(models.Model):
    """What the shop window knows of a product without asking: what it cost before, and how well it sells."""

    sku = models.CharField(primary_key=True, max_length=40)
    was_price = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    """Before the last change; empty while it never changed."""
    price = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    """Empty while only orders have told of it."""
    currency = models.CharField(max_length=3, default="GBP")
    price_changed_at = models.DateTimeField(null=True)
    units_sold = models.BigIntegerField(default=0)
    """Without what was cancelled or came back."""
    orders = models.IntegerField(default=0)
    last_sold_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "facts of a product"
        verbose_name_plural = "facts of products"
        indexes = [models.Index(models.F("units_sold").desc(), "sku", name="product_facts_best_sellers")]

    def __str__(self) -> str:
        return f"{self.sku}: {self.units_sold} sold"

    @property
    def reduced_from(self) -> Money | None:
        """What it cost before, where it has become cheaper."""
        if self.was_price is None or self.price is None or self.was_price <= self.price:
            return None
        return Money(amount=self.was_price, currency=self.currency)
