"""Set an order's amount aside on a card: written down, sent to the provider, recorded."""

from __future__ import annotations

from django.utils import timezone

from contracts.kernel import CENT, Money, OrderId
from contracts.payments import CardDeclined, Payment, PaymentState, ProviderTimedOut, UnknownPaymentMethod
from modules.payments.application.carry_out import carry_out
from modules.payments.domain.account import Account
from modules.payments.domain.events import PaymentStarted
from modules.payments.domain.lifecycle import LARGEST_AMOUNT, RequestKind
from modules.payments.infra import books, streams
from seamline.data import atomic
from seamline.eventsourcing import Aggregate

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
    account, started = _started(order_id=order_id, amount=amount, token=payment_method)
    if account is None:
        account = next(iter(books.read([order_id])), None)
    if account is None:
        raise UnknownPaymentMethod
    if account.state is PaymentState.PENDING:
        account = _sent(account, started=started)
    if account.state is PaymentState.DECLINED:
        raise CardDeclined(order_id=order_id, reason=account.decline_reason)
    if account.state is PaymentState.VOIDED:
        raise CardDeclined(order_id=order_id, reason=VOIDED)
    return account.payment()


def _started(*, order_id: OrderId, amount: Money, token: str) -> tuple[Account | None, Aggregate[Account] | None]:
    """The order's payment; and its stream, where it was begun here and now."""
    now = timezone.now()
    with atomic("payments"):
        account, is_new = books.start_authorisation(order_id=order_id, amount=amount, token=token, now=now)
        if account is None or not is_new:
            return account, None
        fact = PaymentStarted(
            order_id=order_id, amount=amount, method=account.method, card=account.card, started_at=now
        )
        started = streams.payments.save(streams.payments.new(order_id), fact)
        return started.state, started


def _sent(account: Account, *, started: Aggregate[Account] | None) -> Account:
    answered = carry_out(
        key=books.authorisation_key(account.order_id),
        kind=RequestKind.AUTHORISE,
        account=account,
        amount=account.amount.amount,
        ask_first=started is None,
        known=started,
    )
    if answered is None:
        raise ProviderTimedOut(order_id=account.order_id)
    return answered
