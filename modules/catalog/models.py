"""The tables of catalog. The full text vector is a generated column that only the database sees."""

from __future__ import annotations

from django.db import models


class CategoryRow(models.Model):
    """A shelf of the shop."""

    slug = models.CharField(primary_key=True, max_length=60)
    name = models.CharField(max_length=120)

    class Meta:
        db_table = "category"
        ordering = ["name"]
        verbose_name = "category"
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.name


class ProductRow(models.Model):
    """A product and what it costs now."""

    sku = models.CharField(primary_key=True, max_length=20)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True, default="")
    category = models.ForeignKey(CategoryRow, on_delete=models.PROTECT, related_name="products")
    price = models.DecimalField(max_digits=10, decimal_places=2)
    currency = models.CharField(max_length=3, default="GBP")
    on_sale = models.BooleanField(default=True)
    popularity = models.IntegerField(default=0)
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "product"
        ordering = ["sku"]
        verbose_name = "product"
        indexes = [
            models.Index(fields=["category", "-popularity"], name="product_by_category"),
            models.Index(fields=["-popularity", "sku"], name="product_by_popularity"),
            models.Index(fields=["price"], name="product_by_price"),
        ]
        constraints = [models.CheckConstraint(condition=models.Q(price__gt=0), name="product_price_above_zero")]

    def __str__(self) -> str:
        return f"{self.name} ({self.sku})"


class PriceChangeRow(models.Model):
    """What a price was, and why it changed."""

    product = models.ForeignKey(ProductRow, on_delete=models.PROTECT, related_name="price_changes")
    old_price = models.DecimalField(max_digits=10, decimal_places=2)
    new_price = models.DecimalField(max_digits=10, decimal_places=2)
    reason = models.CharField(max_length=200)
    actor = models.CharField(max_length=200)
    changed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "price_change"
        ordering = ["-changed_at"]
        verbose_name = "price change"

    def __str__(self) -> str:
        return f"{self.product_id}: {self.old_price} to {self.new_price}"
