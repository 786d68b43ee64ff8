"""A payment as its events make it. Pure: an account and an event in, an account out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import reduce
from uuid import UUID

from contracts.kernel import ZERO, Money, OrderId
from contracts.payments import (
    Payment,
    PaymentAuthorised,
    PaymentCaptured,
    PaymentChargedBack,
    PaymentMethod,
    PaymentRefunded,
    PaymentRefused,
    PaymentState,
    PaymentVoided,
)
from modules.payments.domain.events import (
    PaymentForbidden,
    PaymentStarted,
    RefundFailed,
    RefundRequested,
    SettlementTaken,
    VoidRequested,
)
from seamline.contract import Event

NO_ORDER = OrderId(UUID(int=0))
NO_METHOD = PaymentMethod(token="", brand="", last4="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A payment as this module keeps it."""

    order_id: OrderId = NO_ORDER
    amount: Money = ZERO
    refunded: Decimal = ZERO.amount
    refunding: Decimal = ZERO.amount
    """Asked back from the provider, whose answer is not known yet."""
    charged_back: Decimal = ZERO.amount
    """Taken back by the card's bank."""
    state: PaymentState = PaymentState.PENDING
    void_reason: str = ""
    """Not empty once the shop wants it undone; the state follows when the provider has answered."""
    never_started: bool = False
    """Voided before it was authorised: refuses the authorisation that may still arrive."""
    settled_elsewhere: bool = False
    method: PaymentMethod = NO_METHOD
    card: str = ""
    """The provider's own reference of the card."""
    decline_reason: str = ""

    @property
    def refundable(self) -> Money:
        """What can still be given back."""
        return self.money(self.amount.amount - self.refunded - self.refunding - self.charged_back)

    def money(self, amount: Decimal) -> Money:
        """An amount in the payment's currency."""
        return Money(amount=amount, currency=self.amount.currency)

    def payment(self) -> Payment:
        """As the contract shows it."""
        return Payment(
            order_id=self.order_id,
            amount=self.amount,
            refunded=self.money(self.refunded),
            state=self.state,
            method=self.method,
            decline_reason=self.decline_reason,
            charged_back=self.money(self.charged_back),
        )


NO_ACCOUNT = Account()
"""Before anything happened."""


def after(account: Account, *events: Event) -> Account:
    """The account after several events."""
    return reduce(evolve, events, account)


def evolve(account: Account, event: Event) -> Account:
    """The account after an event. Of money that moved elsewhere the public facts say nothing new."""
    match event:
        case PaymentStarted():
            return replace(account, order_id=event.order_id, amount=event.amount, method=event.method, card=event.card)
        case PaymentForbidden():
            return replace(
                account,
                order_id=event.order_id,
                never_started=True,
                state=PaymentState.VOIDED,
                void_reason=event.reason,
            )
        case SettlementTaken():
            state = PaymentState.CAPTURED if event.amount.amount >= 0 else PaymentState.REFUNDED
            return replace(account, order_id=event.order_id, amount=event.amount, settled_elsewhere=True, state=state)
        case VoidRequested():
            return replace(account, void_reason=event.reason)
        case RefundRequested():
            return replace(account, refunding=account.refunding + event.amount.amount)
        case RefundFailed():
            return replace(account, refunding=account.refunding - event.amount.amount)
        case _:
            return account if account.settled_elsewhere else _after_fact(account, event)


def _after_fact(account: Account, event: Event) -> Account:
    match event:
        case PaymentAuthorised():
            return replace(account, state=PaymentState.AUTHORISED)
        case PaymentRefused():
            return replace(account, state=PaymentState.DECLINED, decline_reason=event.reason)
        case PaymentCaptured():
            return replace(account, state=PaymentState.CAPTURED)
        case PaymentVoided():
            return replace(account, state=PaymentState.VOIDED)
        case PaymentRefunded():
            return _refunded(account, event.amount.amount)
        case PaymentChargedBack():
            return replace(account, charged_back=account.charged_back + event.amount.amount)
        case _:
            return account


def _refunded(account: Account, amount: Decimal) -> Account:
    refunded = account.refunded + amount
    state = PaymentState.REFUNDED if refunded == account.amount.amount else account.state
    return replace(account, refunded=refunded, refunding=account.refunding - amount, state=state)
