"""What the API takes and answers, for checking and for its schema."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from modules.customers.domain.profile import LONGEST_EMAIL, LONGEST_LINE, LONGEST_PASSWORD
from seamline.web.fields import FlagField, TextField, UuidField, WholeNumberField
from seamline.web.values import AddressSerializer


class PasswordField(TextField):
    """A password, taken as it is typed; never answered."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=LONGEST_PASSWORD, trim_whitespace=False, write_only=True, **options)


class CustomerSerializer(serializers.Serializer[Any]):
    """A customer, as the customer sees it."""

    customer_id = UuidField()
    email = TextField()
    name = TextField()
    country = TextField()
    signed_up_at = serializers.DateTimeField()


class ProfileSerializer(serializers.Serializer[Any]):
    """What a customer can change; fields left out stay."""

    name = TextField(max_length=LONGEST_LINE, required=False)
    country = TextField(max_length=LONGEST_LINE, required=False)


class SignUpSerializer(serializers.Serializer[Any]):
    """A new account."""

    email = serializers.EmailField(max_length=LONGEST_EMAIL)
    password = PasswordField()
    name = TextField(max_length=LONGEST_LINE)
    country = TextField(max_length=LONGEST_LINE)


class CredentialsSerializer(serializers.Serializer[Any]):
    """Who wants to log in."""

    email = TextField(max_length=LONGEST_EMAIL)
    password = PasswordField()


class TokenRequestSerializer(CredentialsSerializer):
    """Who wants a token, and what it is for."""

    label = TextField(max_length=LONGEST_LINE, default="API client")  # type: ignore[assignment]
    days = WholeNumberField(min_value=1, max_value=365, default=30, help_text="Days until it expires.")


class TokenSerializer(serializers.Serializer[Any]):
    """A fresh token, shown once."""

    token = TextField()
    expires_at = serializers.DateTimeField()


class PasswordChangeSerializer(serializers.Serializer[Any]):
    """The password until now and from now on."""

    old_password = PasswordField()
    new_password = PasswordField()


class SaveAddressSerializer(serializers.Serializer[Any]):
    """An address to keep."""

    address = AddressSerializer()
    make_default = FlagField(default=False)


class SavedAddressSerializer(serializers.Serializer[Any]):
    """An address that is kept."""

    address_id = UuidField()
    address = AddressSerializer()
    is_default = FlagField()
