"""The filter of a product list, from the query string. What cannot be understood is reported and left out."""

from __future__ import annotations

from decimal import Decimal

from django import forms

from contracts.catalog import ProductOrder
from modules.storefront.forms.shop_form import ShopForm

ORDERS = [
    (ProductOrder.POPULARITY.value, "Most popular"),
    (ProductOrder.PRICE_ASCENDING.value, "Price, lowest first"),
    (ProductOrder.PRICE_DESCENDING.value, "Price, highest first"),
    (ProductOrder.NAME.value, "Name"),
]
_PRICE = {"inputmode": "decimal", "autocomplete": "off", "placeholder": "any"}


def _price(label: str) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        required=False,
        min_value=Decimal(0),
        max_digits=8,
        decimal_places=2,
        widget=forms.TextInput(attrs=_PRICE),
    )


class BrowseForm(ShopForm):
    q = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)
    price_from = _price("Price from, £")
    price_to = _price("to, £")
    sort = forms.ChoiceField(label="Sort by", choices=ORDERS, required=False)
    page = forms.IntegerField(required=False, min_value=1, max_value=400, widget=forms.HiddenInput)

    def __init__(self, *args: object, by_relevance: bool = False, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        if by_relevance:
            best = (ProductOrder.RELEVANCE.value, "Best match")
            self.fields["sort"].choices = [best, *ORDERS]  # type: ignore[attr-defined]
