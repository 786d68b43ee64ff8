"""What the API takes and answers, for checking and for its schema."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from modules.customers.application.passwords import LONGEST_PASSWORD
from modules.customers.domain.profile import LONGEST_EMAIL, LONGEST_LINE


class PasswordField(serializers.CharField):
    """A password, taken as it is typed; never answered."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=LONGEST_PASSWORD, trim_whitespace=False, write_only=True, **options)


class CustomerSerializer(serializers.Serializer[Any]):
    """A customer, as the customer sees it."""

    customer_id = serializers.UUIDField()
    email = serializers.CharField()
    name = serializers.CharField()
    country = serializers.CharField()
    signed_up_at = serializers.DateTimeField()


class ProfileSerializer(serializers.Serializer[Any]):
    """What a customer can change; fields left out stay."""

    name = serializers.CharField(max_length=LONGEST_LINE, required=False)
    country = serializers.CharField(max_length=LONGEST_LINE, required=False)


class SignUpSerializer(serializers.Serializer[Any]):
    """A new account."""

    email = serializers.EmailField(max_length=LONGEST_EMAIL)
    password = PasswordField()
    name = serializers.CharField(max_length=LONGEST_LINE)
    country = serializers.CharField(max_length=LONGEST_LINE)


class CredentialsSerializer(serializers.Serializer[Any]):
    """Who wants to log in."""

    email = serializers.CharField(max_length=LONGEST_EMAIL)
    password = PasswordField()


class TokenRequestSerializer(CredentialsSerializer):
    """Who wants a token, and what it is for."""

    label = serializers.CharField(max_length=LONGEST_LINE, default="API client")  # type: ignore[assignment]
    days = serializers.IntegerField(min_value=1, max_value=365, default=30, help_text="Days until it expires.")


class TokenSerializer(serializers.Serializer[Any]):
    """A fresh token, shown once."""

    token = serializers.CharField()
    expires_at = serializers.DateTimeField()


class PasswordChangeSerializer(serializers.Serializer[Any]):
    """The password until now and from now on."""

    old_password = PasswordField()
    new_password = PasswordField()


class AddressSerializer(serializers.Serializer[Any]):
    """Where goods go."""

    name = serializers.CharField(max_length=LONGEST_LINE)
    line1 = serializers.CharField(max_length=LONGEST_LINE)
    line2 = serializers.CharField(max_length=LONGEST_LINE, allow_blank=True, default="")
    city = serializers.CharField(max_length=LONGEST_LINE)
    postcode = serializers.CharField(max_length=LONGEST_LINE)
    country = serializers.CharField(max_length=LONGEST_LINE)


class SaveAddressSerializer(serializers.Serializer[Any]):
    """An address to keep."""

    address = AddressSerializer()
    make_default = serializers.BooleanField(default=False)


class SavedAddressSerializer(serializers.Serializer[Any]):
    """An address that is kept."""

    address_id = serializers.UUIDField()
    address = AddressSerializer()
    is_default = serializers.BooleanField()
