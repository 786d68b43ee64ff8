"""The order history for operators: to look at, never to change, because only events write it."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from modules.storefront.models import OrderSummary


@admin.register(OrderSummary)
class OrderSummaryAdmin(ModelAdmin):  # type: ignore[misc]
    """What customers see as their orders; compare it with the orders module when they differ."""

    list_display = ("number", "state", "placed_at", "shown_total", "units", "country", "channel", "customer_id")
    list_filter = ("state", "channel", "placed_at")
    search_fields = ("number", "=order_id", "=customer_id")
    date_hierarchy = "placed_at"
    list_per_page = 50
    show_full_result_count = False

    @admin.display(description="total", ordering="amount")
    def shown_total(self, row: OrderSummary) -> str:
        """The total with its currency."""
        return str(row.total)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never: the orders' events are the only source."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: OrderSummary | None = None) -> bool:
        """Never: a change here would be lost with the next event."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: OrderSummary | None = None) -> bool:
        """Never: the orders' events are the only source."""
        return False
