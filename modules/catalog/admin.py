"""What operators see of the catalog. Prices change, and products go, by the use cases behind the actions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.decorators import action
from unfold.widgets import UnfoldAdminDecimalFieldWidget

from contracts.catalog import Catalog
from contracts.kernel import Money, Sku
from modules.catalog.domain.prices import LARGEST
from modules.catalog.models import CategoryRow, PriceChangeRow, ProductRow
from seamline.calls import use
from seamline.web.admin import ReadOnlyAdmin, ReasonForm


class PriceForm(ReasonForm):
    """The new price and why."""

    amount = forms.DecimalField(
        min_value=Decimal("0.01"), max_value=LARGEST, decimal_places=2, widget=UnfoldAdminDecimalFieldWidget
    )


@admin.register(ProductRow)
class ProductAdmin(ReadOnlyAdmin):
    """Products; searched by words of the name or the beginning of a stock code."""

    list_display = ("sku", "name", "category", "price", "on_sale", "popularity")
    list_filter = ("on_sale", "category")
    list_select_related = ("category",)
    search_fields = ("name", "sku__istartswith")
    search_help_text = "Words of the name, or the beginning of a stock code"
    ordering = ("-popularity", "sku")
    actions_detail = ("change_price", "withdraw")
    actions_row = ("change_price", "withdraw")

    @action(
        description="Change price",
        url_path="price",
        icon="sell",
        permissions=["operate"],
        dialog={
            "title": "Change price",
            "description": "From now on. The old price, your name and the reason are kept.",
            "form_class": PriceForm,
            "form_submit_text": "Change",
        },
    )
    def change_price(self, request: HttpRequest, form: PriceForm, object_id: str) -> HttpResponse:
        """Set a new price from now on."""

        def change(key: str) -> str:
            product = use(Catalog, idempotency_key=key).change_price(
                sku=Sku(object_id),
                price=Money(amount=form.cleaned_data["amount"]),
                reason=form.cleaned_data["reason"],
            )
            return f"{product.name} costs {product.price} now."

        return self.carry_out(request, form, object_id, change)

    @action(
        description="Withdraw",
        url_path="withdraw",
        icon="block",
        permissions=["operate"],
        dialog={
            "title": "Take off sale",
            "description": "It stays in old orders and can no longer be bought.",
            "form_class": ReasonForm,
            "form_submit_text": "Withdraw",
        },
    )
    def withdraw(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        """Take the product off sale."""

        def end(key: str) -> str:
            catalog = use(Catalog, idempotency_key=key)
            product = catalog.withdraw(sku=Sku(object_id), reason=form.cleaned_data["reason"])
            return f"{product.name} is off sale."

        return self.carry_out(request, form, object_id, end)


@admin.register(CategoryRow)
class CategoryAdmin(ReadOnlyAdmin):
    """Categories with the number of products on sale."""

    list_display = ("name", "slug", "on_sale")
    search_fields = ("name", "slug")
    ordering = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[CategoryRow]:
        return CategoryRow.objects.annotate(selling=Count("products", filter=Q(products__on_sale=True)))

    @admin.display(description="products on sale", ordering="selling")
    def on_sale(self, category: Any) -> int:
        """Products that can be bought."""
        return int(category.selling)


@admin.register(PriceChangeRow)
class PriceChangeAdmin(ReadOnlyAdmin):
    """Every change of a price, the newest first."""

    list_display = ("changed_at", "product", "old_price", "new_price", "reason", "actor")
    list_filter = ("changed_at",)
    list_select_related = ("product",)
    search_fields = ("product__sku__istartswith", "actor")
    ordering = ("-changed_at",)
