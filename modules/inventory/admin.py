"""What operators see of stock. Rows are read only: stock changes by the use case behind the action, not by editing."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import F, QuerySet
from django.db.models.expressions import CombinedExpression
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from unfold.admin import ModelAdmin
from unfold.decorators import action
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from contracts.inventory import Inventory
from contracts.kernel import Sku
from modules.inventory.domain.lines import LARGEST_QUANTITY
from modules.inventory.domain.movements import LONGEST_REASON
from modules.inventory.models import Reservation, StockItem, StockMovement
from seamline.calls import acting_as, current_call, use
from seamline.contract import ContractError


class _ReadOnly(ModelAdmin):  # type: ignore[misc]
    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class AdjustForm(BaseDialogForm):  # type: ignore[misc]
    """How many units came or went, and why. The hidden key makes a doubled click one adjustment."""

    change = forms.IntegerField(
        min_value=-LARGEST_QUANTITY,
        max_value=LARGEST_QUANTITY,
        help_text="Units; negative to take some away.",
        widget=UnfoldAdminIntegerFieldWidget,
    )
    reason = forms.CharField(max_length=LONGEST_REASON, widget=UnfoldAdminTextInputWidget)
    key = forms.CharField(max_length=64, initial=lambda: uuid.uuid4().hex, widget=forms.HiddenInput)


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
class StockItemAdmin(_ReadOnly):
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

    def has_adjust_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the operator may change stock: Django's change permission of stock items."""
        return bool(request.user.has_perm("inventory.change_stockitem"))

    @action(
        description="Adjust stock",
        url_path="adjust",
        icon="inventory",
        permissions=["adjust"],
        dialog={
            "title": "Adjust stock",
            "description": "The change is kept in the history of movements, with your name.",
            "form_class": AdjustForm,
            "form_submit_text": "Adjust",
        },
    )
    def adjust_stock(self, request: HttpRequest, form: AdjustForm, object_id: str) -> HttpResponse:
        """Add units to the shelf or take some away."""
        operator = f"operator:{request.user.get_username()}"
        inventory = use(Inventory, idempotency_key=f"{operator}:{form.cleaned_data['key']}")
        try:
            with acting_as(operator, correlation_id=current_call().origin.correlation_id):
                level = inventory.adjust(
                    sku=Sku(object_id), change=form.cleaned_data["change"], reason=form.cleaned_data["reason"]
                )
        except ContractError as error:
            messages.error(request, error.data.get("reason") or error.detail)
        else:
            messages.success(request, f"{object_id} has {level.on_hand} on hand now, {level.available} of them free.")
        return _to(request, reverse("admin:inventory_stockitem_change", args=[object_id]))


@admin.register(Reservation)
class ReservationAdmin(_ReadOnly):
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
class StockMovementAdmin(_ReadOnly):
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


def _to(request: HttpRequest, target: str) -> HttpResponse:
    """Leave a dialog: htmx is told by its own header, because a browser would follow a redirect before it sees it."""
    if "HX-Request" in request.headers:
        return HttpResponse(headers={"HX-Redirect": target})
    return HttpResponseRedirect(target)
