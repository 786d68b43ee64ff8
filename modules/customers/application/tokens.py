"""Commands: issue and revoke API tokens, known by their digests alone."""

from __future__ import annotations

from datetime import datetime

from contracts.kernel import CustomerId
from modules.customers.application.answers import locked_account
from modules.customers.models import ApiToken


def issue_token(*, customer_id: CustomerId, token_digest: str, label: str, expires_at: datetime) -> None:
    """Accept the token from now on.

    :raises UnknownCustomer: no customer has this id.
    """
    ApiToken.objects.create(
        digest=token_digest, account=locked_account(customer_id), label=label[:120], expires_at=expires_at
    )


def revoke_token(*, token_digest: str) -> None:
    """Accept it no longer."""
    ApiToken.objects.filter(digest=token_digest).delete()


def revoke_all(*, customer_id: CustomerId) -> int:
    """Accept none of the customer's tokens any longer; answers how many there were."""
    deleted, _ = ApiToken.objects.filter(account_id=customer_id).delete()
    return deleted
