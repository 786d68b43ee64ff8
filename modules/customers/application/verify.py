"""Queries: whose password, whose token is this?"""

from __future__ import annotations

from datetime import UTC, datetime

from contracts.customers import Customer, WrongCredentials
from modules.customers.application.answers import customer_from
from modules.customers.application.passwords import is_right
from modules.customers.domain.profile import is_printable, normal_email
from modules.customers.domain.tokens import is_digest
from modules.customers.models import Account, ApiToken
from seamline.contract import Secret


def verify_password(*, email: str, password: Secret) -> Customer:
    """The customer with this address and password.

    :raises WrongCredentials: they do not belong together.
    """
    normal = normal_email(email)
    row = Account.objects.filter(email=normal).first() if is_printable(normal) else None
    if not is_right(row, password) or row is None:
        raise WrongCredentials
    return customer_from(row)


def verify_token(*, token_digest: str) -> Customer:
    """The customer to whom the token was issued.

    :raises WrongCredentials: it is unknown, expired or revoked.
    """
    if not is_digest(token_digest):
        raise WrongCredentials
    tokens = ApiToken.objects.select_related("account").filter(digest=token_digest, expires_at__gt=datetime.now(UTC))
    token = tokens.first()
    if token is None:
        raise WrongCredentials
    return customer_from(token.account)
