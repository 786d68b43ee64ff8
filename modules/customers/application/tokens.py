"""Commands: issue and revoke API tokens, known by their digests alone."""

from __future__ import annotations

from datetime import datetime

from contracts.kernel import CustomerId
from modules.customers.application.answers import locked_account
from modules.customers.domain.profile import LONGEST_LINE, is_printable
from modules.customers.domain.tokens import is_digest
from modules.customers.models import ApiToken
from seamline.contract import InvalidArgument

_OPERATION = "customers.issue_token"


def issue_token(*, customer_id: CustomerId, token_digest: str, label: str, expires_at: datetime) -> None:
    """Accept the token from now on; the customer's same one again changes nothing.

    :raises UnknownCustomer: no customer has this id.
    :raises InvalidArgument: the digest is no SHA-256 in hexadecimal or another customer's, or the label is not one line
        of at most 120 characters.
    """
    account = locked_account(customer_id)
    if not is_digest(token_digest):
        raise InvalidArgument(operation=_OPERATION, reason="the digest is not 64 small hexadecimal digits")
    if len(label) > LONGEST_LINE or not is_printable(label):
        raise InvalidArgument(operation=_OPERATION, reason=f"the label is not one line of {LONGEST_LINE} characters")
    token, _ = ApiToken.objects.get_or_create(
        digest=token_digest, defaults={"account": account, "label": label, "expires_at": expires_at}
    )
    if token.account_id != account.customer_id:
        raise InvalidArgument(operation=_OPERATION, reason="the digest is of another customer's token; make a new one")


def revoke_token(*, token_digest: str) -> None:
    """Accept it no longer."""
    if is_digest(token_digest):
        ApiToken.objects.filter(digest=token_digest).delete()


def revoke_all(*, customer_id: CustomerId) -> int:
    """Accept none of the customer's tokens any longer; answers how many there were."""
    deleted, _ = ApiToken.objects.filter(account_id=customer_id).delete()
    return deleted
