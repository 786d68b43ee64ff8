"""The order history for operators: to look at, never to change, because only events write it."""

from __future__ import annotations

from django.contrib import admin

from modules.storefront.models import OrderSummary, ProductFacts
from seamline.web.admin import ReadOnlyAdmin


@admin.register(OrderSummary)
class OrderSummaryAdmin(ReadOnlyAdmin):
    """What customers see as their orders; compare it with the orders module when they differ."""

    list_display = ("number", "state", "placed_at", "shown_total", "units", "country", "channel", "customer_id")
    list_filter = ("state", "channel", "placed_at")
    search_fields = ("number", "=order_id", "=customer_id")
    date_hierarchy = "placed_at"

    @admin.display(description="total", ordering="amount")
    def shown_total(self, row: OrderSummary) -> str:
        """The total with its currency."""
        return str(row.total)


@admin.register(ProductFacts)
class ProductFactsAdmin(ReadOnlyAdmin):
    """What the product pages say about prices and sales."""

    list_display = ("sku", "price", "was_price", "price_changed_at", "units_sold", "orders", "last_sold_at")
    search_fields = ("=sku",)
    ordering = ("-units_sold", "sku")
