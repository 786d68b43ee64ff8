"""Double entry: each movement of money is two entries that add up to zero. The ledger says where the money is."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from uuid import NAMESPACE_URL, UUID, uuid5

from contracts.kernel import Money, OrderId

_NAMESPACE = uuid5(NAMESPACE_URL, "seamline:payments:ledger")


class LedgerAccount(StrEnum):
    PROVIDER = "provider"
    """What the payment provider holds for the shop."""
    ELSEWHERE = "elsewhere"
    """What was settled outside the shop and taken over."""
    SALES = "sales"
    """What customers paid, as a negative sum: the other side of all money."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One side of a movement. ``transaction_id`` ties the sides together and is the same whenever it is made again."""

    transaction_id: UUID
    order_id: OrderId
    account: LedgerAccount
    amount: Decimal
    currency: str


def movement(
    *, cause: str, order_id: OrderId, amount: Money, holder: LedgerAccount = LedgerAccount.PROVIDER
) -> tuple[Entry, Entry]:
    """Money from a customer to whoever holds it; a negative amount goes back.

    :param cause: what it is booked for, such as the key of the provider's request: booked twice, it collides.
    """
    transaction_id = uuid5(_NAMESPACE, cause)

    def side(account: LedgerAccount, value: Decimal) -> Entry:
        return Entry(
            transaction_id=transaction_id, order_id=order_id, account=account, amount=value, currency=amount.currency
        )

    return side(holder, amount.amount), side(LedgerAccount.SALES, -amount.amount)
