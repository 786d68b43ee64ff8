"""What operators see of customers: never a password or a token."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from contracts.kernel import CustomerId
from modules.customers.application.tokens import revoke_all
from modules.customers.models import Account, SavedAddressRow
from seamline.data import atomic
from seamline.web.admin import ReadOnlyAdmin, ReadOnlyInline


class AddressInline(ReadOnlyInline):
    """The customer's addresses."""

    model = SavedAddressRow
    fields = ("name", "line1", "line2", "city", "postcode", "country", "is_default")


@admin.register(Account)
class AccountAdmin(ReadOnlyAdmin):
    """Customers; searched by e-mail address, name or the number they had elsewhere."""

    list_display = ("name", "email", "country", "external_number", "signed_up_at")
    list_filter = ("country", "signed_up_at")
    search_fields = ("email__istartswith", "name", "external_number__exact")
    search_help_text = "The beginning of an e-mail address, a part of the name, or a whole number"
    ordering = ("-signed_up_at",)
    fields = ("customer_id", "email", "name", "country", "external_number", "signed_up_at")
    inlines = (AddressInline,)
    actions = ("revoke_tokens",)

    @admin.action(description="Revoke all API tokens", permissions=["operate"])
    def revoke_tokens(self, request: HttpRequest, queryset: QuerySet[Account]) -> None:
        """Make API clients of these customers log in again."""
        count = 0
        for account in queryset:
            with atomic("customers"):
                count += revoke_all(customer_id=CustomerId(account.customer_id))
        messages.success(request, f"{count} token{'' if count == 1 else 's'} revoked.")
