"""Passwords: what is acceptable, and whether one is right. Hashing is Django's."""

from __future__ import annotations

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from contracts.customers import InvalidProfile
from modules.customers.domain.profile import LONGEST_PASSWORD
from modules.customers.models import Account


def password_hash(password: str, *, field: str = "password") -> str:
    """The hash to keep.

    :param field: what the error names.

    :raises InvalidProfile: the password is too weak by the validators of the settings, or longer than 200 characters.
    """
    if len(password) > LONGEST_PASSWORD:
        raise InvalidProfile(field=field, reason=f"At most {LONGEST_PASSWORD} characters.")
    try:
        validate_password(password)
    except ValidationError as error:
        raise InvalidProfile(field=field, reason=" ".join(error.messages)) from error
    return make_password(password)


def is_right(row: Account | None, password: str) -> bool:
    """Whether the password is the account's. It takes as long for an unknown account as for a wrong password."""
    if len(password) > LONGEST_PASSWORD:
        return False
    if row is None or not row.password:
        make_password(password)
        return False
    return check_password(password, row.password)
