"""Commands: save and remove addresses. A customer with any address has exactly one default."""

from __future__ import annotations

from dataclasses import asdict

from contracts.customers import AddressId, InvalidProfile, SavedAddress, UnknownAddress
from contracts.kernel import CustomerId, PostalAddress
from modules.customers.application.answers import address_from, locked_account
from modules.customers.domain.profile import MOST_ADDRESSES, acceptable_address
from modules.customers.models import Account, SavedAddressRow


def save_address(
    *, customer_id: CustomerId, address: PostalAddress, address_id: AddressId | None, make_default: bool
) -> SavedAddress:
    """Add an address, or replace the one named.

    :raises UnknownCustomer: no customer has this id.
    :raises UnknownAddress: the customer has no address with this id.
    :raises InvalidProfile: a line is not acceptable, or there are 20 addresses already.
    """
    lines = asdict(acceptable_address(address))
    account = locked_account(customer_id)
    rows = {row.address_id: row for row in account.addresses.all()}
    if address_id is None:
        if len(rows) >= MOST_ADDRESSES:
            raise InvalidProfile(field="address", reason=f"At most {MOST_ADDRESSES} addresses; remove one first.")
        row = SavedAddressRow(account=account)
    elif address_id in rows:
        row = rows[address_id]
    else:
        raise UnknownAddress(address_id=address_id)
    for name, value in lines.items():
        setattr(row, name, value)
    if (make_default or not rows) and not row.is_default:
        account.addresses.filter(is_default=True).update(is_default=False)
        row.is_default = True
    row.save()
    return address_from(row)


def remove_address(*, customer_id: CustomerId, address_id: AddressId) -> None:
    """Forget an address; the oldest of the others becomes the default where the default went.

    :raises UnknownAddress: the customer has no address with this id.
    """
    Account.objects.select_for_update().filter(customer_id=customer_id).first()
    row = SavedAddressRow.objects.filter(account_id=customer_id, address_id=address_id).first()
    if row is None:
        raise UnknownAddress(address_id=address_id)
    row.delete()
    if row.is_default:
        heir = SavedAddressRow.objects.filter(account_id=customer_id).order_by("saved_at").first()
        if heir is not None:
            heir.is_default = True
            heir.save(update_fields=["is_default"])
