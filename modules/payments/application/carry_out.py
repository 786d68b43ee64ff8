"""Drive requests to the provider to their end: send or ask, record the answer, go on with what follows from it.

Every request was written down and committed before it comes here, so a crash at any point leaves an open request,
which its caller or ``settle_pending`` carries out again under the same key: the provider acts once.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from contracts.kernel import Money, OrderId
from contracts.payments import (
    PaymentAuthorised,
    PaymentCaptured,
    PaymentRefunded,
    PaymentRefused,
    PaymentVoided,
    ProviderTimedOut,
)
from modules.payments.application.ports import Answer, PaymentProvider, ProviderSilent
from modules.payments.domain.ledger import movement
from modules.payments.domain.lifecycle import (
    NEVER_ARRIVED,
    Account,
    Happened,
    Outcome,
    Progress,
    RequestKind,
    after_answer,
)
from modules.payments.infra import books, ledger
from modules.payments.infra.provider import provider
from seamline.contract import Event
from seamline.data import atomic
from seamline.events import publish


def carry_out(
    *, key: str, kind: RequestKind, account: Account, amount: Decimal, ask_first: bool, may_send: bool = True
) -> Account | None:
    """Get the provider's answer to a request that is written down, record it, and carry out what follows.

    :param ask_first: the request may have been sent before; its outcome is asked for before it is sent again.
    :param may_send: False only asks.
    :returns: the payment as it is then; None where the provider does not know the request, which stays open.
    :raises ProviderTimedOut: the provider is silent; the request stays open.
    """
    answer = _answer(key=key, kind=kind, account=account, amount=amount, ask_first=ask_first, may_send=may_send)
    if answer.outcome is Outcome.UNKNOWN:
        return None
    account, follow_up = record(key=key, answer=answer)
    if follow_up is None:
        return account
    return carry_out(
        key=follow_up_key(account.order_id, follow_up),
        kind=follow_up,
        account=account,
        amount=account.refunding,
        ask_first=False,
    )


def record(*, key: str, answer: Answer) -> tuple[Account, RequestKind | None]:
    """Apply an answer to its payment, once: states, ledger, events and the request that follows are one commit."""
    now = timezone.now()
    with atomic("payments"):
        account, request = books.locked_with_request(key)
        # One that was given up and approved after all is applied: what it set aside must be let go of.
        if not request.is_open and not (request.detail == NEVER_ARRIVED and answer.outcome is Outcome.APPROVED):
            return account, None
        progress = after_answer(
            account, kind=request.kind, amount=request.amount, outcome=answer.outcome, detail=answer.detail
        )
        account = progress.account
        follow_up = progress.follow_up
        if follow_up is RequestKind.REFUND:
            account = write_refund_of_all(account, reason=account.void_reason, now=now)
        elif follow_up is RequestKind.VOID:
            void_key = follow_up_key(account.order_id, follow_up)
            books.ask(
                key=void_key, account=account, kind=follow_up, amount=Decimal(0), reason=account.void_reason, now=now
            )
        books.save(account, now=now, key=key, outcome=answer.outcome, detail=answer.detail)
        _book(progress, key=key, request=request, now=now)
        publish(*_events(progress, request=request, now=now))
    return account, follow_up


def write_refund_of_all(account: Account, *, reason: str, now: datetime) -> Account:
    """Write down the request that gives all of a captured payment back; the payment must be saved afterwards."""
    amount = account.refundable.amount
    key = follow_up_key(account.order_id, RequestKind.REFUND)
    books.ask(key=key, account=account, kind=RequestKind.REFUND, amount=amount, reason=reason, now=now)
    return replace(account, refunding=account.refunding + amount)


def follow_up_key(order_id: OrderId, kind: RequestKind) -> str:
    """The key of the request that undoes an order's payment."""
    return f"void:{order_id}" if kind is RequestKind.VOID else f"void-refund:{order_id}"


def _answer(
    *, key: str, kind: RequestKind, account: Account, amount: Decimal, ask_first: bool, may_send: bool
) -> Answer:
    serving = provider()
    try:
        answer = serving.outcome(key=key) if ask_first else Answer(outcome=Outcome.UNKNOWN)
        if answer.outcome is Outcome.UNKNOWN and may_send:
            answer = _send(serving, key=key, kind=kind, account=account, amount=amount)
    except ProviderSilent as error:
        raise ProviderTimedOut(order_id=account.order_id) from error
    return answer


def _send(serving: PaymentProvider, *, key: str, kind: RequestKind, account: Account, amount: Decimal) -> Answer:
    money = Money(amount=amount, currency=account.amount.currency)
    authorisation = books.authorisation_key(account.order_id)
    match kind:
        case RequestKind.AUTHORISE:
            return serving.authorise(key=key, card=account.card, amount=money)
        case RequestKind.CAPTURE:
            return serving.capture(key=key, authorisation=authorisation, amount=money)
        case RequestKind.VOID:
            return serving.void(key=key, authorisation=authorisation)
        case RequestKind.REFUND:
            return serving.refund(key=key, authorisation=authorisation, amount=money)


def _book(progress: Progress, *, key: str, request: books.Request, now: datetime) -> None:
    account = progress.account
    for happened in progress.happened:
        if happened is Happened.CAPTURED:
            cause = f"capture:{account.order_id}"
            ledger.book(movement(cause=cause, order_id=account.order_id, amount=account.amount), at=now)
        elif happened is Happened.REFUNDED:
            back = Money(amount=-request.amount, currency=account.amount.currency)
            ledger.book(movement(cause=key, order_id=account.order_id, amount=back), at=now)


def _events(progress: Progress, *, request: books.Request, now: datetime) -> list[Event]:
    account = progress.account
    order_id, amount = account.order_id, account.amount
    made: list[Event] = []
    for happened in progress.happened:
        match happened:
            case Happened.AUTHORISED:
                made.append(PaymentAuthorised(order_id=order_id, amount=amount, authorised_at=now))
            case Happened.REFUSED:
                made.append(
                    PaymentRefused(order_id=order_id, amount=amount, reason=account.decline_reason, refused_at=now)
                )
            case Happened.CAPTURED:
                made.append(PaymentCaptured(order_id=order_id, amount=amount, captured_at=now))
            case Happened.VOIDED:
                made.append(PaymentVoided(order_id=order_id, amount=amount, voided_at=now))
            case Happened.REFUNDED:
                back = Money(amount=request.amount, currency=amount.currency)
                made.append(PaymentRefunded(order_id=order_id, amount=back, reason=request.reason, refunded_at=now))
    return made
