"""What operators see of orders. Rows are read only: an order is cancelled by the use case behind the action."""

from __future__ import annotations

import uuid

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import action

from contracts.kernel import OrderId
from contracts.orders import Orders
from modules.orders.models import Cart, Order, SagaInstance
from seamline.calls import use
from seamline.web.admin import ReadOnlyAdmin, ReasonForm
from seamline.web.saga_admin import SagaAdmin


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
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

    @action(
        description="Cancel order",
        url_path="cancel",
        icon="cancel",
        permissions=["operate"],
        dialog={
            "title": "Cancel order",
            "description": "The money goes back to the card and the goods to the shelf. This cannot be undone.",
            "form_class": ReasonForm,
            "form_submit_text": "Cancel the order",
        },
    )
    def cancel(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        """Give money and goods back."""

        def cancel(key: str) -> str:
            orders = use(Orders, idempotency_key=key)
            order = orders.cancel_order(order_id=OrderId(uuid.UUID(object_id)), reason=form.cleaned_data["reason"])
            return f"{order.number} is cancelled; {order.total} went back."

        return self.carry_out(request, form, object_id, cancel)


@admin.register(Cart)
class CartAdmin(ReadOnlyAdmin):
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
class SagaInstanceAdmin(SagaAdmin):
    """Checkouts and cancellations: how far each is, its timeline, and what operators do with a stuck one."""

    search_help_text = "The id of an order"
