"""The provider says that it knows more of a request: ask it, and record its answer. Heard again, nothing happens."""

from __future__ import annotations

from modules.payments.application.carry_out import carry_out
from modules.payments.infra import books
from seamline.data import atomic


def hear_provider(*, key: str) -> bool:
    """Find out what became of a request; False where no request has this key.

    :raises ProviderTimedOut: the provider is silent; the request stays open.
    """
    asked = books.asked(key)
    if asked is None or not asked.is_open:
        return asked is not None
    with atomic("payments"):
        account, _, request = books.locked_with_request(key)
    carry_out(key=key, kind=request.kind, account=account, amount=request.amount, ask_first=True, may_send=False)
    return True
