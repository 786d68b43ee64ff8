"""Put an amount into a customer's wallet, in the call's transaction: its key sees to it that it happens once."""

from __future__ import annotations

from django.utils import timezone

from contracts.kernel import CustomerId, Money
from contracts.payments import Wallet
from modules.payments.domain import stored_value as rules
from modules.payments.infra import stored_value
from modules.payments.models import LONGEST_REASON


def top_up_wallet(*, customer_id: CustomerId, amount: Money, reason: str) -> Wallet:
    """Put an amount into a customer's wallet, in the call's transaction.

    :raises InvalidAmount: not above zero, not in whole pennies, too large, or in another currency.
    """
    account, now = stored_value.WALLET.stream(customer_id), timezone.now()
    rules.check_amount(amount)
    stored_value.open_account(account, currency=amount.currency)
    state = stored_value.change(
        account,
        lambda state: rules.top_up(state, account=account, amount=amount, reason=reason[:LONGEST_REASON], at=now),
    )
    if state is None:
        raise LookupError(f"The row of {account}, made a moment ago, is gone: look for who deletes rows.")
    return Wallet(customer_id=customer_id, balance=state.money(state.balance), available=state.available)
