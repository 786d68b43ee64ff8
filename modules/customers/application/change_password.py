"""Command: another password."""

from __future__ import annotations

from contracts.customers import WrongCredentials
from contracts.kernel import CustomerId
from modules.customers.application.answers import locked_account
from modules.customers.application.passwords import is_right, password_hash
from seamline.contract import Secret


def change_password(*, customer_id: CustomerId, old_password: Secret, new_password: Secret) -> None:
    """Replace it and revoke all tokens, because whoever knew the old one may have made some.

    :raises UnknownCustomer: no customer has this id.
    :raises WrongCredentials: the old password is not right.
    :raises InvalidProfile: the new password is too weak.
    """
    row = locked_account(customer_id)
    if not is_right(row, old_password):
        raise WrongCredentials
    row.password = password_hash(new_password)
    row.save(update_fields=["password"])
    row.tokens.all().delete()
