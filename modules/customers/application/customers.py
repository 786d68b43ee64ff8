"""Queries: one customer, many customers, a customer's addresses."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.customers import Customer, SavedAddress, UnknownCustomer
from contracts.kernel import CustomerId
from modules.customers.application.answers import address_from, customer_from
from modules.customers.models import Account, SavedAddressRow


def customer(*, customer_id: CustomerId) -> Customer:
    """One customer.

    :raises UnknownCustomer: no customer has this id.
    """
    row = Account.objects.filter(customer_id=customer_id).first()
    if row is None:
        raise UnknownCustomer(customer_id=customer_id)
    return customer_from(row)


def customers(*, customer_ids: tuple[CustomerId, ...]) -> Mapping[CustomerId, Customer]:
    """Those that exist, in one statement."""
    rows = Account.objects.filter(customer_id__in=customer_ids) if customer_ids else ()
    return {found.customer_id: found for found in map(customer_from, rows)}


def addresses(*, customer_id: CustomerId) -> tuple[SavedAddress, ...]:
    """The default one first, then in the order of saving."""
    return tuple(map(address_from, SavedAddressRow.objects.filter(account_id=customer_id)))
