"""Take the money that was set aside for an order, once."""

from __future__ import annotations

from django.utils import timezone

from contracts.kernel import OrderId
from contracts.payments import (
    CardDeclined,
    Payment,
    PaymentState,
    ProviderTimedOut,
    UnknownPayment,
    WrongPaymentState,
)
from modules.payments.application.carry_out import carry_out
from modules.payments.domain.account import Account
from modules.payments.domain.lifecycle import RequestKind
from modules.payments.infra import books


def capture(*, order_id: OrderId) -> Payment:
    """Capture an authorised payment; a captured one stays as it is.

    :raises UnknownPayment: no payment was ever started for this order.
    :raises WrongPaymentState: it is not authorised, or is being voided.
    :raises CardDeclined: the bank withdrew its promise.
    :raises ProviderTimedOut: no answer in time; called again, the outcome is asked for.
    """
    key = f"capture:{order_id}"
    account, is_new = books.start_capture(order_id=order_id, key=key, now=timezone.now())
    if account is None or account.never_started:
        raise UnknownPayment(order_id=order_id)
    if account.state is PaymentState.AUTHORISED:
        if account.void_reason:
            raise WrongPaymentState(order_id=order_id, state=PaymentState.VOIDED)
        account = _sent(account, key=key, is_new=is_new)
    if account.state is PaymentState.DECLINED:
        raise CardDeclined(order_id=order_id, reason=account.decline_reason)
    if account.state in (PaymentState.CAPTURED, PaymentState.REFUNDED):
        return account.payment()
    raise WrongPaymentState(order_id=order_id, state=account.state)


def _sent(account: Account, *, key: str, is_new: bool) -> Account:
    answered = carry_out(
        key=key, kind=RequestKind.CAPTURE, account=account, amount=account.amount.amount, ask_first=not is_new
    )
    if answered is None:
        raise ProviderTimedOut(order_id=account.order_id)
    return answered
