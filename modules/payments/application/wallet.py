"""The wallet of a customer."""

from __future__ import annotations

from contracts.kernel import ZERO, CustomerId
from contracts.payments import Wallet
from modules.payments.infra import stored_value


def wallet(*, customer_id: CustomerId) -> Wallet:
    """A customer's wallet; empty where none was ever topped up."""
    account = stored_value.WALLET.stream(customer_id)
    shown = stored_value.read([account]).get(account)
    if shown is None:
        return Wallet(customer_id=customer_id, balance=ZERO, available=ZERO)
    return Wallet(customer_id=customer_id, balance=shown.owed, available=shown.available)
