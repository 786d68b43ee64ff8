"""The form of a postal address, alone on the profile and as a part of the checkout."""

from __future__ import annotations

from typing import Any

from django import forms

from contracts.kernel import PostalAddress
from modules.storefront.forms.countries import COUNTRIES, HOME
from modules.storefront.forms.shop_form import ShopForm


def _line(label: str, autocomplete: str, *, length: int = 120, required: bool = True) -> forms.CharField:
    attributes = {"autocomplete": autocomplete}
    return forms.CharField(label=label, max_length=length, required=required, widget=forms.TextInput(attrs=attributes))


class AddressForm(ShopForm):
    name = _line("Full name", "name")
    line1 = _line("Address", "address-line1")
    line2 = _line("Address, second line", "address-line2", required=False)
    city = _line("Town or city", "address-level2", length=80)
    postcode = _line("Postcode", "postal-code", length=16)
    country = forms.ChoiceField(
        label="Country", choices=COUNTRIES, initial=HOME, widget=forms.Select(attrs={"autocomplete": "country-name"})
    )


ADDRESS_FIELDS = tuple(AddressForm.base_fields)


def address_from(values: dict[str, Any]) -> PostalAddress:
    """The address of a form's cleaned values."""
    return PostalAddress(**{name: values[name] for name in ADDRESS_FIELDS})
