"""The tables of customers. Passwords and tokens are kept as hashes alone."""

from __future__ import annotations

import uuid

from django.db import models


class Account(models.Model):
    """A customer; one without e-mail address came with imported sales and cannot log in."""

    customer_id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.CharField(max_length=254, unique=True, null=True)
    name = models.CharField(max_length=120)
    country = models.CharField(max_length=120)
    password = models.CharField(max_length=200, blank=True, default="")
    credentials_changed_at = models.DateTimeField(null=True)
    external_number = models.CharField(max_length=40, blank=True, default="", db_index=True)
    signed_up_at = models.DateTimeField()

    class Meta:
        db_table = "account"
        ordering = ["-signed_up_at"]
        verbose_name = "customer"

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>" if self.email else self.name


class SavedAddressRow(models.Model):
    """Where a customer's goods may go."""

    address_id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="addresses")
    name = models.CharField(max_length=120)
    line1 = models.CharField(max_length=120)
    line2 = models.CharField(max_length=120, blank=True, default="")
    city = models.CharField(max_length=120)
    postcode = models.CharField(max_length=120)
    country = models.CharField(max_length=120)
    is_default = models.BooleanField(default=False)
    saved_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "saved_address"
        ordering = ["-is_default", "saved_at"]
        verbose_name = "address"
        verbose_name_plural = "addresses"
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=models.Q(is_default=True), name="one_default_address_a_customer"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.line1}, {self.city}"


class ApiToken(models.Model):
    """A token that API clients show, as its SHA-256."""

    digest = models.CharField(primary_key=True, max_length=64)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="tokens")
    label = models.CharField(max_length=120)
    issued_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "api_token"
        ordering = ["-issued_at"]
        verbose_name = "API token"

    def __str__(self) -> str:
        return self.label
