"""From rows to the contract's values; shared by the use cases."""

from __future__ import annotations

from contracts.customers import AddressId, Customer, SavedAddress, UnknownCustomer
from contracts.kernel import CustomerId, PostalAddress
from modules.customers.models import Account, SavedAddressRow


def customer_from(row: Account) -> Customer:
    """The customer, without anything secret."""
    return Customer(
        customer_id=CustomerId(row.customer_id),
        email=row.email or "",
        name=row.name,
        country=row.country,
        signed_up_at=row.signed_up_at,
        credentials_changed_at=row.credentials_changed_at,
    )


def address_from(row: SavedAddressRow) -> SavedAddress:
    """The saved address."""
    return SavedAddress(
        address_id=AddressId(row.address_id),
        address=PostalAddress(
            name=row.name,
            line1=row.line1,
            line2=row.line2,
            city=row.city,
            postcode=row.postcode,
            country=row.country,
        ),
        is_default=row.is_default,
    )


def locked_account(customer_id: CustomerId) -> Account:
    """The customer's row, locked until the command ends, so that two changes of one customer follow each other.

    :raises UnknownCustomer: no customer has this id.
    """
    row = Account.objects.select_for_update().filter(customer_id=customer_id).first()
    if row is None:
        raise UnknownCustomer(customer_id=customer_id)
    return row
