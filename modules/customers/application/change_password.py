"""Command: another password."""

from __future__ import annotations

from datetime import UTC, datetime

from contracts.customers import WrongCredentials
from contracts.kernel import CustomerId
from modules.customers.application.answers import locked_account
from modules.customers.application.passwords import is_right, password_hash
from seamline.contract import Secret


def change_password(*, customer_id: CustomerId, old_password: Secret, new_password: Secret) -> None:
    """Replace it, end all sessions and revoke all tokens, because whoever knew the old one may have some.

    :raises UnknownCustomer: no customer has this id.
    :raises WrongCredentials: the old password is not right.
    :raises InvalidProfile: the new password is too weak; names ``new_password``.
    """
    row = locked_account(customer_id)
    if not is_right(row, old_password):
        raise WrongCredentials
    row.password = password_hash(new_password, field="new_password")
    row.credentials_changed_at = datetime.now(UTC)
    row.save(update_fields=["password", "credentials_changed_at"])
    row.tokens.all().delete()
