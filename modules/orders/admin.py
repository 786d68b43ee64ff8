"""What operators see of orders. Rows are read only: an order is cancelled by the use case behind the action."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.decorators import action
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextInputWidget

from contracts.kernel import OrderId
from contracts.orders import Orders
from modules.orders.application.cancel_order import LONGEST_REASON
from modules.orders.models import Cart, Order, SagaInstance
from seamline.calls import acting_as, current_call, use
from seamline.contract import ContractError
from seamline.sagas import instance


class _ReadOnly(ModelAdmin):
    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class CancelForm(BaseDialogForm):
    """Why. The hidden key makes a doubled click one cancellation."""

    reason = forms.CharField(max_length=LONGEST_REASON, widget=UnfoldAdminTextInputWidget)
    key = forms.CharField(max_length=64, initial=lambda: uuid.uuid4().hex, widget=forms.HiddenInput)


@admin.register(Order)
class OrderAdmin(_ReadOnly):
    """Orders and what was taken over; searched by number, e-mail address or customer."""

    list_display = ("number", "placed_at", "state", "amount", "channel", "country", "email", "customer_id")
    list_filter = ("state", "channel", "is_credit_note", "placed_at", "country")
    search_fields = ("number__istartswith", "email__iexact")
    search_help_text = "A number, a whole e-mail address, or the whole id of an order or customer"
    date_hierarchy = "placed_at"
    ordering = ("-placed_at", "order_id")
    readonly_fields = ("lines",)
    actions_detail = ("cancel",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Order], search_term: str
    ) -> tuple[QuerySet[Order], bool]:
        term = search_term.strip()
        try:
            identifier = uuid.UUID(term)
        except ValueError:
            wanted = Q(email__iexact=term) & ~Q(email="") if "@" in term else Q(number__startswith=term.upper())
            return (queryset.filter(wanted) if term else queryset), False
        return queryset.filter(Q(order_id=identifier) | Q(customer_id=identifier)), False

    @admin.display(description="total", ordering="total")
    def amount(self, order: Order) -> str:
        """What it costs, with its currency."""
        return f"{order.total} {order.currency}"

    @admin.display(description="lines")
    def lines(self, order: Order) -> SafeString:
        """What was sold, at the price of that moment."""
        rows = format_html_join(
            "",
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            ((line.quantity, line.sku, line.name, line.unit_price) for line in order.lines.order_by("position")),
        )
        return format_html(
            "<table><tr><th>Units</th><th>Stock code</th><th>Name</th><th>Price</th></tr>{}</table>", rows
        )

    def has_cancel_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the operator may cancel orders: Django's change permission of orders."""
        return bool(request.user.has_perm("orders.change_order"))

    @action(
        description="Cancel order",
        url_path="cancel",
        icon="cancel",
        permissions=["cancel"],
        dialog={
            "title": "Cancel order",
            "description": "The money goes back to the card and the goods to the shelf. This cannot be undone.",
            "form_class": CancelForm,
            "form_submit_text": "Cancel the order",
        },
    )
    def cancel(self, request: HttpRequest, form: CancelForm, object_id: str) -> HttpResponse:
        """Give money and goods back."""
        operator = f"operator:{request.user.get_username()}"
        orders = use(Orders, idempotency_key=f"{operator}:{form.cleaned_data['key']}")
        try:
            with acting_as(operator, correlation_id=current_call().origin.correlation_id):
                order = orders.cancel_order(order_id=OrderId(uuid.UUID(object_id)), reason=form.cleaned_data["reason"])
        except ContractError as error:
            messages.error(request, error.detail)
        else:
            messages.success(request, f"{order.number} is cancelled; {order.total} went back.")
        target = reverse("admin:orders_order_change", args=[object_id])
        # htmx is told by its own header, because a browser would follow a redirect before htmx sees it.
        if "HX-Request" in request.headers:
            return HttpResponse(headers={"HX-Redirect": target})
        return HttpResponseRedirect(target)


@admin.register(Cart)
class CartAdmin(_ReadOnly):
    """What people are about to buy; searched by the whole id of a cart or customer."""

    list_display = ("cart_id", "customer_id", "products", "units", "updated_at")
    list_filter = ("updated_at",)
    search_fields = ("cart_id__exact",)
    search_help_text = "The whole id of a cart or a customer"
    ordering = ("-updated_at",)
    fields = ("cart_id", "customer_id", "contents", "updated_at")
    readonly_fields = ("contents",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Cart], search_term: str
    ) -> tuple[QuerySet[Cart], bool]:
        try:
            identifier = uuid.UUID(search_term.strip())
        except ValueError:
            return (queryset.none() if search_term.strip() else queryset), False
        return queryset.filter(Q(cart_id=identifier) | Q(customer_id=identifier)), False

    @admin.display(description="products")
    def products(self, cart: Cart) -> int:
        """How many different ones."""
        return len(cart.lines)

    @admin.display(description="units")
    def units(self, cart: Cart) -> int:
        """Of all products together."""
        return sum(quantity for _, quantity in cart.lines)

    @admin.display(description="contents")
    def contents(self, cart: Cart) -> str:
        """One product after the other."""
        return ", ".join(f"{quantity} x {sku}" for sku, quantity in cart.lines) or "-"


@admin.register(SagaInstance)
class SagaInstanceAdmin(_ReadOnly):
    """Checkouts and cancellations: how far each is, and its timeline."""

    list_display = ("id", "name", "status", "step", "attempts", "next_at", "last_error", "created_at")
    list_filter = ("status", "name", "created_at")
    search_fields = ("id__startswith",)
    search_help_text = "The id of an order"
    ordering = ("-created_at",)
    readonly_fields = ("timeline",)

    @admin.display(description="timeline")
    def timeline(self, saga: SagaInstance) -> SafeString:
        """What happened when."""
        rows = format_html_join(
            "",
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            (
                (entry.at.isoformat(timespec="milliseconds"), entry.what.value, entry.step, entry.error)
                for entry in instance("orders", id=saga.id).timeline
            ),
        )
        return format_html("<table>{}</table>", rows)
