"""The form of the checkout. It takes text apart; whether card and address are good, payments and orders decide."""

from __future__ import annotations

import re
from typing import Any

from django import forms

from contracts.customers import SavedAddress
from contracts.kernel import PostalAddress
from modules.storefront.composition.checkout import Purchase
from modules.storefront.forms.address import ADDRESS_FIELDS, AddressForm, address_from
from seamline.contract import Secret

NEW_ADDRESS = "new"
_EXPIRY = re.compile(r"\s*(\d{1,2})\s*[/ -]\s*(\d{2}|\d{4})\s*")


class Unechoed(forms.TextInput):
    """A field whose value never goes back to the browser."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return super().get_context(name, None, attrs)


class CheckoutForm(AddressForm):
    ticket = forms.CharField(widget=forms.HiddenInput)
    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        help_text="We send the confirmation there.",
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email", "spellcheck": "false"}),
    )
    send_to = forms.ChoiceField(label="Send it to", required=False, widget=forms.RadioSelect)
    keep_address = forms.BooleanField(label="Keep this address for next time", required=False)
    card_number = forms.CharField(
        label="Card number",
        max_length=30,
        widget=Unechoed(attrs={"autocomplete": "cc-number", "inputmode": "numeric", "spellcheck": "false"}),
    )
    card_expiry = forms.CharField(
        label="Expires",
        max_length=9,
        widget=forms.TextInput(attrs={"autocomplete": "cc-exp", "inputmode": "numeric", "placeholder": "MM / YY"}),
    )
    card_code = forms.CharField(
        label="Security code",
        max_length=4,
        widget=Unechoed(attrs={"autocomplete": "cc-csc", "inputmode": "numeric", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, saved: tuple[SavedAddress, ...] = (), known_email: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.saved = {str(item.address_id): item.address for item in saved}
        if known_email:
            self.fields["email"].initial = known_email
        if saved:
            choices = [(key, one_line(address)) for key, address in self.saved.items()]
            self.fields["send_to"].choices = [*choices, (NEW_ADDRESS, "Another address")]  # type: ignore[attr-defined]
            self.fields["send_to"].initial = choices[0][0]
        else:
            del self.fields["send_to"]
        if self.chosen_address is not None:
            for name in ADDRESS_FIELDS:
                self.fields[name].required = False

    @property
    def chosen_address(self) -> PostalAddress | None:
        """The saved address that was chosen; None for another one."""
        chosen = self.data.get("send_to") if self.is_bound else None
        return self.saved.get(str(chosen)) if chosen else None

    @property
    def contact_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ADDRESS_FIELDS]

    def clean_card_expiry(self) -> tuple[int, int]:
        """Month and year with four digits."""
        match = _EXPIRY.fullmatch(self.cleaned_data["card_expiry"])
        if match is None:
            raise forms.ValidationError("Write it as on the card: month / year, such as 04 / 29.")
        year = int(match[2])
        return int(match[1]), year if year >= 100 else 2000 + year

    def purchase(self) -> Purchase:
        """What was filled in; the form is valid."""
        values = self.cleaned_data
        month, year = values["card_expiry"]
        return Purchase(
            email=values["email"],
            ship_to=self.chosen_address or address_from(values),
            card_number=Secret(re.sub(r"[\s-]", "", values["card_number"])),
            expiry_month=month,
            expiry_year=year,
            security_code=Secret(values["card_code"].strip()),
        )


def one_line(address: PostalAddress) -> str:
    """An address in one line."""
    parts = (address.name, address.line1, address.line2, address.city, address.postcode, address.country)
    return ", ".join(part for part in parts if part)
