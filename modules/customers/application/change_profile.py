"""Command: another name or country."""

from __future__ import annotations

from datetime import UTC, datetime

from contracts.customers import Customer, CustomerProfileChanged
from contracts.kernel import CustomerId
from modules.customers.application.answers import customer_from, locked_account
from modules.customers.domain.profile import acceptable_line
from seamline.events import publish


def change_profile(*, customer_id: CustomerId, name: str, country: str) -> Customer:
    """Replace both; the same ones again tell nobody.

    :raises UnknownCustomer: no customer has this id.
    :raises InvalidProfile: name or country is not acceptable.
    """
    name, country = acceptable_line(name, field="name"), acceptable_line(country, field="country")
    row = locked_account(customer_id)
    if (row.name, row.country) != (name, country):
        row.name, row.country = name, country
        row.save(update_fields=["name", "country"])
        publish(
            CustomerProfileChanged(customer_id=customer_id, name=name, country=country, changed_at=datetime.now(UTC))
        )
    return customer_from(row)
