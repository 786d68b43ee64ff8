"""Set an order's amount aside on a card: written down, sent to the provider, recorded."""

from __future__ import annotations

from django.utils import timezone

from contracts.kernel import CENT, Money, OrderId
from contracts.payments import CardDeclined, Payment, PaymentState, ProviderTimedOut, UnknownPaymentMethod
from modules.payments.application.carry_out import carry_out
from modules.payments.domain.lifecycle import LARGEST_AMOUNT, Account, RequestKind
from modules.payments.infra import books

VOIDED = "voided"
INVALID_AMOUNT = "invalid_amount"


def authorise(*, order_id: OrderId, amount: Money, payment_method: str) -> Payment:
    """Authorise once an order; again answers the first outcome, whatever the later amount or method is.

    :raises CardDeclined: the bank said no; or ``voided``: the payment was undone, perhaps before this arrived; or
        ``invalid_amount``: it is not between a penny and 9,999,999.99, in whole pennies.
    :raises ProviderTimedOut: no answer in time; called again, the outcome is asked for.
    :raises UnknownPaymentMethod: the token is not known, or expired.
    """
    if not CENT <= amount.amount <= LARGEST_AMOUNT or amount.amount != amount.amount.quantize(CENT):
        raise CardDeclined(order_id=order_id, reason=INVALID_AMOUNT)
    account, is_new = books.start_authorisation(
        order_id=order_id, amount=amount, token=payment_method, now=timezone.now()
    )
    if account is None:
        account = next(iter(books.read([order_id])), None)
    if account is None:
        raise UnknownPaymentMethod
    if account.state is PaymentState.PENDING:
        account = _sent(account, is_new=is_new)
    if account.state is PaymentState.DECLINED:
        raise CardDeclined(order_id=order_id, reason=account.decline_reason)
    if account.state is PaymentState.VOIDED:
        raise CardDeclined(order_id=order_id, reason=VOIDED)
    return account.payment()


def _sent(account: Account, *, is_new: bool) -> Account:
    answered = carry_out(
        key=books.authorisation_key(account.order_id),
        kind=RequestKind.AUTHORISE,
        account=account,
        amount=account.amount.amount,
        ask_first=not is_new,
    )
    if answered is None:
        raise ProviderTimedOut(order_id=account.order_id)
    return answered
