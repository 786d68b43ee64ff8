"""Double entry: what each event moves between accounts, adding up to zero. The ledger says where the money is.

An entry follows from its event and the state before it, and from nothing else: the ledger can be made again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import NAMESPACE_URL, UUID, uuid5

from contracts.kernel import Money
from contracts.payments import (
    PaymentAuthorised,
    PaymentCaptured,
    PaymentChargedBack,
    PaymentRefunded,
    PaymentRefused,
    PaymentState,
    PaymentVoided,
)
from modules.payments.domain.account import Account
from modules.payments.domain.stored_value import is_stored_value
from modules.payments.domain.stored_value_events import FundsReturned, GiftCardIssued, HoldCaptured, WalletToppedUp
from seamline.contract import Event

_NAMESPACE = uuid5(NAMESPACE_URL, "seamline:payments:ledger")


class LedgerAccount(StrEnum):
    """Beside these, each wallet and gift card has an account of its own: what the shop owes, as a negative sum."""

    PROVIDER = "provider"
    """What the payment provider holds for the shop."""
    ELSEWHERE = "elsewhere"
    """What was settled outside the shop and taken over."""
    SALES = "sales"
    """What customers paid, as a negative sum: the other side of all money."""
    CHARGEBACKS = "chargebacks"
    """What banks took back from the provider: a loss until it is won back."""
    AUTHORISED = "authorised"
    """What is set aside on cards and may be taken; not the shop's yet."""
    PROMISED = "promised"
    """The other side of that, as a negative sum."""
    GOODWILL = "goodwill"
    """What the shop put into wallets."""
    GIFT_CARDS_SOLD = "gift_cards_sold"
    """What gift cards were issued for."""
    STORED_VALUE = "stored_value"
    """On its way between a wallet or gift card and the payment it was spent for: zero when nothing waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """What one account gains; negative where it loses."""

    account: str
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One side of a movement, as it is booked: by the event at this version of a stream."""

    stream: str
    version: int
    key: str
    """What it is about: an order, a customer, a card."""
    posting: Posting
    at: datetime

    @property
    def transaction_id(self) -> UUID:
        """Ties the sides of a movement together, and is the same whenever it is made again."""
        return uuid5(_NAMESPACE, f"{self.stream}@{self.version}")


def movement(*, source: str, target: str, amount: Money) -> tuple[Posting, Posting]:
    """Money from one account to another."""
    return (
        Posting(account=target, amount=amount.amount, currency=amount.currency),
        Posting(account=source, amount=-amount.amount, currency=amount.currency),
    )


def postings(account: Account, event: Event) -> Iterator[Posting]:
    """What an event of a payment moves.

    :param account: as it was before the event.
    """
    holder = holder_of(account)
    match event:
        case PaymentAuthorised():
            yield from movement(source=LedgerAccount.PROMISED, target=LedgerAccount.AUTHORISED, amount=event.amount)
        case PaymentRefused() | PaymentVoided():
            yield from _released(account)
        case PaymentCaptured():
            yield from _released(account)
            yield from movement(source=LedgerAccount.SALES, target=holder, amount=event.amount)
        case PaymentRefunded():
            yield from movement(source=holder, target=LedgerAccount.SALES, amount=event.amount)
        case PaymentChargedBack():
            yield from movement(source=holder, target=LedgerAccount.CHARGEBACKS, amount=event.amount)


def holder_of(account: Account) -> LedgerAccount:
    """Who has a payment's money once it is captured."""
    if account.settled_elsewhere:
        return LedgerAccount.ELSEWHERE
    return LedgerAccount.STORED_VALUE if is_stored_value(account.card) else LedgerAccount.PROVIDER


def stored_value_postings(event: Event) -> Iterator[Posting]:
    """What an event of a wallet or gift card moves; what is set aside moves nothing, for it is still owed."""
    match event:
        case WalletToppedUp():
            yield from movement(source=event.account, target=LedgerAccount.GOODWILL, amount=event.amount)
        case GiftCardIssued():
            yield from movement(source=event.account, target=LedgerAccount.GIFT_CARDS_SOLD, amount=event.amount)
        case HoldCaptured():
            yield from movement(source=LedgerAccount.STORED_VALUE, target=event.account, amount=event.amount)
        case FundsReturned():
            yield from movement(source=event.account, target=LedgerAccount.STORED_VALUE, amount=event.amount)


def _released(account: Account) -> Iterator[Posting]:
    if account.state is PaymentState.AUTHORISED:
        yield from movement(source=LedgerAccount.AUTHORISED, target=LedgerAccount.PROMISED, amount=account.amount)
