"""What operators see of analytics: the page with charts, and the facts behind it. Read only."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.admin import ModelAdmin

from modules.analytics.models import OrderFact, SalesReport
from modules.analytics.report import report
from seamline.web.admin import ReadOnlyAdmin


@admin.register(SalesReport)
class SalesReportAdmin(ModelAdmin):
    """One page instead of a list."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The page."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {"title": "Sales report", "opts": self.opts, "report": report()}
        return TemplateResponse(request, "analytics/report.html", {**self.admin_site.each_context(request), **context})


@admin.register(OrderFact)
class OrderFactAdmin(ReadOnlyAdmin):
    """What the figures are made of; searched by the exact id of an order or customer."""

    list_display = ("order_id", "at", "kind", "amount", "currency", "customer_id", "cancelled_at")
    list_filter = ("kind", "at")
    search_fields = ("order_id__exact", "customer_id__exact")
    search_help_text = "The whole id of an order or a customer"
    date_hierarchy = "at"
    ordering = ("-at",)
