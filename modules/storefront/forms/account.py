"""Forms of the account: sign-up, login, profile, password. Whether a value is acceptable, customers decides."""

from __future__ import annotations

from django import forms

from modules.storefront.forms.countries import COUNTRIES, HOME
from modules.storefront.forms.shop_form import ShopForm

_EMAIL = {"autocomplete": "email", "inputmode": "email", "spellcheck": "false"}


class LoginForm(ShopForm):
    email = forms.EmailField(label="E-mail address", max_length=254, widget=forms.EmailInput(attrs=_EMAIL))
    password = forms.CharField(
        label="Password",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class SignUpForm(ShopForm):
    name = forms.CharField(label="Name", max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(label="E-mail address", max_length=254, widget=forms.EmailInput(attrs=_EMAIL))
    password = forms.CharField(
        label="Password",
        max_length=128,
        strip=False,
        help_text="At least ten characters. A few unrelated words make a good one.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    country = forms.ChoiceField(label="Country", choices=COUNTRIES, initial=HOME)


class ProfileForm(ShopForm):
    name = forms.CharField(label="Name", max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    country = forms.ChoiceField(label="Country", choices=COUNTRIES)

    def __init__(self, *args: object, current_country: str = HOME, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        if current_country not in dict(COUNTRIES):  # imported customers come from places we no longer send to
            self.fields["country"].choices = [(current_country, current_country), *COUNTRIES]  # type: ignore[attr-defined]


class PasswordForm(ShopForm):
    old_password = forms.CharField(
        label="Password now",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new_password = forms.CharField(
        label="New password",
        max_length=128,
        strip=False,
        help_text="At least ten characters. API tokens that were issued before stop working.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
