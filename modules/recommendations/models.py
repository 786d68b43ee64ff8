"""The module's tables: what was bought, and what was learned from it, generation by generation.

What the live generation says is served; another is built beside it and takes its place in one transaction. This file
may hold no rule: those are in ``domain/``.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class BasketKind(models.TextChoices):
    """What became of a basket."""

    SALE = "sale", "sale"
    RETURN = "return", "return"
    CANCELLED = "cancelled", "cancelled"


class RecordedBasket(models.Model):
    """The goods of one order or credit note; ``units`` are positive, in the order of ``skus``."""

    order_id = models.UUIDField(primary_key=True)
    customer_id = models.UUIDField(null=True)
    at = models.DateTimeField()
    kind = models.CharField(max_length=9, choices=BasketKind)
    skus = ArrayField(models.CharField(max_length=64))
    units = ArrayField(models.IntegerField())

    class Meta:
        verbose_name = "basket"
        indexes = [
            models.Index(fields=["customer_id", "at"], name="basket_customer", condition=Q(customer_id__isnull=False)),
            models.Index(fields=["-at"], name="basket_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {len(self.skus)} products, {self.at:%Y-%m-%d}"


class Generation(models.Model):
    """One training. At most one is live; the neighbours of the others are gone, their figures stay for a while."""

    built_at = models.DateTimeField(auto_now_add=True)
    is_live = models.BooleanField(default=False)
    known = models.PositiveIntegerField(help_text="Baskets, returns and cancellations when it was learned.")
    baskets = models.PositiveIntegerField(help_text="Sales that it was learned from.")
    products = models.PositiveIntegerField(help_text="Products that have neighbours.")
    seconds = models.FloatField(help_text="How long learning took.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["is_live"], condition=Q(is_live=True), name="one_live_generation")
        ]

    def __str__(self) -> str:
        return f"generation {self.pk}{', live' if self.is_live else ''}"


class ProductNeighbours(models.Model):
    """What goes with one product: three arrays of one length, the strongest neighbour first."""

    generation = models.ForeignKey(Generation, on_delete=models.CASCADE)
    sku = models.CharField(max_length=64)
    neighbours = ArrayField(models.CharField(max_length=64))
    strengths = ArrayField(models.FloatField())
    together = ArrayField(models.PositiveIntegerField(), help_text="Baskets that hold both.")

    class Meta:
        verbose_name = "neighbours of a product"
        verbose_name_plural = "neighbours of products"
        constraints = [models.UniqueConstraint(fields=["generation", "sku"], name="neighbours_once_a_generation")]

    def __str__(self) -> str:
        return self.sku
