"""What operators see of stock. Rows are read only: stock changes by the use case behind the action, not by editing."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import F, QuerySet
from django.db.models.expressions import CombinedExpression
from django.http import HttpRequest, HttpResponse
from unfold.decorators import action
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from contracts.inventory import Inventory
from contracts.kernel import Sku
from modules.inventory.domain.lines import LARGEST_QUANTITY
from modules.inventory.models import Reservation, StockItem, StockMovement, StockWatch
from seamline.calls import use
from seamline.web.admin import ReadOnlyAdmin, ReasonForm


class AdjustForm(ReasonForm):
    """How many units came or went, and why."""

    change = forms.IntegerField(
        min_value=-LARGEST_QUANTITY,
        max_value=LARGEST_QUANTITY,
        help_text="Units; negative to take some away.",
        widget=UnfoldAdminIntegerFieldWidget,
    )


class AvailableFilter(admin.SimpleListFilter):
    """Whether a product can be sold."""

    title = "can be sold"
    parameter_name = "available"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Yes"), ("no", "No, sold out")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[StockItem]) -> QuerySet[StockItem]:
        if self.value() == "yes":
            return queryset.filter(on_hand__gt=F("reserved"))
        return queryset.filter(on_hand=F("reserved")) if self.value() == "no" else queryset


@admin.register(StockItem)
class StockItemAdmin(ReadOnlyAdmin):
    """The shelf; searched by the beginning of a stock code."""

    list_display = ("sku", "on_hand", "reserved", "available", "updated_at")
    list_filter = (AvailableFilter,)
    search_fields = ("sku__istartswith",)
    search_help_text = "The beginning of a stock code"
    ordering = ("sku",)
    actions_detail = ("adjust_stock",)
    actions_row = ("adjust_stock",)

    @admin.display(description="available", ordering=CombinedExpression(F("on_hand"), "-", F("reserved")))
    def available(self, item: StockItem) -> int:
        """Units that can still be reserved."""
        return item.on_hand - item.reserved

    @action(
        description="Adjust stock",
        url_path="adjust",
        icon="inventory",
        permissions=["operate"],
        dialog={
            "title": "Adjust stock",
            "description": "The change is kept in the history of movements, with your name.",
            "form_class": AdjustForm,
            "form_submit_text": "Adjust",
        },
    )
    def adjust_stock(self, request: HttpRequest, form: AdjustForm, object_id: str) -> HttpResponse:
        """Add units to the shelf or take some away."""

        def adjust(key: str) -> str:
            level = use(Inventory, idempotency_key=key).adjust(
                sku=Sku(object_id), change=form.cleaned_data["change"], reason=form.cleaned_data["reason"]
            )
            return f"{object_id} has {level.on_hand} on hand now, {level.available} of them free."

        return self.carry_out(
            request, form, object_id, adjust, explain=lambda error: error.data.get("reason") or error.detail
        )


@admin.register(Reservation)
class ReservationAdmin(ReadOnlyAdmin):
    """What is, or was, held for orders; searched by the whole id of an order."""

    list_display = ("order_id", "state", "expires_at", "created_at", "ended_at", "reason")
    list_filter = ("state", "created_at")
    search_fields = ("order_id__exact",)
    search_help_text = "The whole id of an order"
    ordering = ("-created_at",)
    readonly_fields = ("lines",)

    @admin.display(description="lines")
    def lines(self, reservation: Reservation) -> str:
        """What is held, one product after the other."""
        return ", ".join(str(line) for line in reservation.lines.order_by("sku")) or "-"


@admin.register(StockMovement)
class StockMovementAdmin(ReadOnlyAdmin):
    """Every unit that came or went, the newest first."""

    list_display = ("at", "sku", "kind", "change", "reason", "order_id", "actor")
    list_filter = ("kind", "at")
    search_fields = ("sku__istartswith", "order_id__exact")
    search_help_text = "The beginning of a stock code, or the whole id of an order"
    ordering = ("-id",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[StockMovement], search_term: str
    ) -> tuple[QuerySet[StockMovement], bool]:
        term = search_term.strip()
        try:
            return queryset.filter(order_id=uuid.UUID(term)), False
        except ValueError:
            return queryset.filter(sku__istartswith=term), False


@admin.register(StockWatch)
class StockWatchAdmin(ReadOnlyAdmin):
    """Products that run out, as the events tell it; the sold out ones first, the longest first."""

    list_display = ("sku", "level", "since", "on_hand", "reserved")
    list_filter = ("level",)
    search_fields = ("sku__istartswith",)
    search_help_text = "The beginning of a stock code"
    ordering = ("-level", "since")
