"""Book that a card's bank took money back: the shop was not asked, and cannot refuse."""

from __future__ import annotations

from django.utils import timezone

from contracts.kernel import CENT, Money, OrderId
from contracts.payments import (
    Payment,
    PaymentChargedBack,
    PaymentState,
    RefundTooLarge,
    UnknownPayment,
    WrongPaymentState,
)
from modules.payments.domain.ledger import LedgerAccount, holder_of
from modules.payments.infra import books, streams
from modules.payments.models import LONGEST_REASON


def charge_back(*, order_id: OrderId, amount: Money, reason: str) -> Payment:
    """Book a chargeback. What is gone cannot be given back as well.

    :raises UnknownPayment: no payment was ever started for this order.
    :raises WrongPaymentState: it is not captured, was settled elsewhere, or was paid with a wallet or a gift card.
    :raises RefundTooLarge: it is not between a penny and what is left of the payment.
    """
    now = timezone.now()
    books.locked(order_id)
    payment = streams.payments.find(order_id)
    account = payment.state
    if not payment.exists or account.never_started:
        raise UnknownPayment(order_id=order_id)
    if account.state is not PaymentState.CAPTURED or holder_of(account) is not LedgerAccount.PROVIDER:
        raise WrongPaymentState(order_id=order_id, state=account.state)
    left = account.refundable
    if amount.currency != left.currency or not CENT <= amount.amount <= left.amount or amount.amount % CENT:
        raise RefundTooLarge(order_id=order_id, refundable=left)
    fact = PaymentChargedBack(order_id=order_id, amount=amount, reason=reason[:LONGEST_REASON], charged_back_at=now)
    saved = streams.save(payment, fact)
    books.save(saved, now=now)
    return saved.payment.state.payment()
