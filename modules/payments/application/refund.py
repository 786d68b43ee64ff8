"""Give back a part or all of a captured payment; all refunds of an order together never exceed what was taken."""

from __future__ import annotations

from decimal import Decimal
from hashlib import sha256

from django.utils import timezone

from contracts.kernel import CENT, Money, OrderId
from contracts.payments import (
    Payment,
    PaymentState,
    ProviderTimedOut,
    RefundTooLarge,
    UnknownPayment,
    WrongPaymentState,
)
from modules.payments.application.carry_out import carry_out
from modules.payments.domain.account import Account
from modules.payments.domain.events import RefundRequested
from modules.payments.domain.lifecycle import RequestKind
from modules.payments.infra import books, streams
from modules.payments.models import LONGEST_REASON
from seamline.calls import current_call
from seamline.data import atomic
from seamline.eventsourcing import Aggregate


def refund(*, order_id: OrderId, amount: Money, reason: str) -> Payment:
    """Give the amount back. What is asked for is set aside first, so that two refunds cannot share one penny.

    :raises UnknownPayment: no payment was ever started for this order.
    :raises WrongPaymentState: it is not captured, or was settled elsewhere, or the provider refused.
    :raises RefundTooLarge: it is not between a penny and what can still be given back.
    :raises ProviderTimedOut: no answer in time; called again, the outcome is asked for.
    """
    key = f"refund:{order_id}:{sha256(current_call().idempotency_key.encode()).hexdigest()[:32]}"
    account, is_open, is_new = _set_aside(key=key, order_id=order_id, amount=amount, reason=reason)
    if is_open:
        answered = carry_out(
            key=key, kind=RequestKind.REFUND, account=account, amount=amount.amount, ask_first=not is_new
        )
        if answered is None:
            raise ProviderTimedOut(order_id=order_id)
        account = answered
    asked = books.asked(key)
    if asked is not None and asked.is_declined:
        raise WrongPaymentState(order_id=order_id, state=account.state)
    return account.payment()


def _set_aside(*, key: str, order_id: OrderId, amount: Money, reason: str) -> tuple[Account, bool, bool]:
    now = timezone.now()
    with atomic("payments"):
        payment = _locked(order_id)
        account = payment.state
        if not payment.exists or account.never_started:
            raise UnknownPayment(order_id=order_id)
        asked = books.asked(key)
        if asked is not None:
            return account, asked.is_open, False
        if account.state not in (PaymentState.CAPTURED, PaymentState.REFUNDED) or account.settled_elsewhere:
            raise WrongPaymentState(order_id=order_id, state=account.state)
        if not _fits(amount, account.refundable):
            raise RefundTooLarge(order_id=order_id, refundable=account.refundable)
        books.ask(
            key=key,
            account=account,
            kind=RequestKind.REFUND,
            amount=amount.amount,
            reason=reason[:LONGEST_REASON],
            now=now,
        )
        fact = RefundRequested(order_id=order_id, amount=amount, reason=reason[:LONGEST_REASON], requested_at=now)
        saved = streams.save(payment, fact)
        books.save(saved, now=now)
        return saved.payment.state, True, True


def _locked(order_id: OrderId) -> Aggregate[Account]:
    books.locked(order_id)
    return streams.payments.find(order_id)


def _fits(amount: Money, refundable: Money) -> bool:
    value: Decimal = amount.amount
    return (
        amount.currency == refundable.currency and CENT <= value <= refundable.amount and value == value.quantize(CENT)
    )
