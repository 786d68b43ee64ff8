"""What is in each account of the ledger, now or as it was known at a time."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from contracts.kernel import Money
from modules.payments.infra import ledger


def balances(*, as_of: datetime | None = None) -> dict[str, tuple[Money, ...]]:
    """Amounts by account, one for each currency; together zero in each. All wallets are one, and all gift cards.

    :param as_of: an aware time: only what had been recorded by then counts.
    """
    found: dict[str, tuple[Money, ...]] = {}
    for account, currency, amount in ledger.sums(as_of=as_of):
        if amount != Decimal(0):
            found[account] = (*found.get(account, ()), Money(amount=amount, currency=currency))
    return found
