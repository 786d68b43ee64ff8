"""Drive requests to the provider to their end: send or ask, record the answer, go on with what follows from it.

Every request was written down and committed before it comes here, so a crash at any point leaves an open request,
which its caller or ``settle_pending`` carries out again under the same key: the provider acts once.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from contracts.kernel import Money, OrderId
from contracts.payments import ProviderTimedOut
from modules.payments.application.ports import Acquirer, Answer, ProviderSilent
from modules.payments.domain.account import Account, after
from modules.payments.domain.events import RefundRequested
from modules.payments.domain.lifecycle import NEVER_ARRIVED, Answered, Outcome, RequestKind, after_answer
from modules.payments.infra import books, streams
from modules.payments.infra.provider import acquirer
from seamline.contract import Event
from seamline.data import atomic
from seamline.eventsourcing import Aggregate


def carry_out(
    *,
    key: str,
    kind: RequestKind,
    account: Account,
    amount: Decimal,
    ask_first: bool,
    may_send: bool = True,
    known: Aggregate[Account] | None = None,
) -> Account | None:
    """Get the provider's answer to a request that is written down, record it, and carry out what follows.

    :param ask_first: the request may have been sent before; its outcome is asked for before it is sent again.
    :param may_send: False only asks.
    :param known: the payment's stream as the caller has just saved it, so that it need not be read again.
    :returns: the payment as it is then; pending where the bank takes its time, and None where the provider does not
        know the request: both leave it open.
    :raises ProviderTimedOut: the provider is silent; the request stays open.
    """
    answer = _answer(key=key, kind=kind, account=account, amount=amount, ask_first=ask_first, may_send=may_send)
    if answer.outcome is Outcome.UNKNOWN:
        return None
    if answer.outcome is Outcome.PENDING:
        return account
    account, follow_up = record(key=key, answer=answer, known=known)
    if follow_up is None:
        return account
    return carry_out(
        key=follow_up_key(account.order_id, follow_up),
        kind=follow_up,
        account=account,
        amount=account.refunding,
        ask_first=False,
    )


def record(*, key: str, answer: Answer, known: Aggregate[Account] | None = None) -> tuple[Account, RequestKind | None]:
    """Apply an answer to its payment, once: events, ledger, rows and the request that follows are one commit.

    :param known: the payment as it was when the request was sent; used where nothing has happened since.
    """
    now = timezone.now()
    with atomic("payments"):
        account, version, request = books.locked_with_request(key)
        # One that was given up and approved after all is applied: what it set aside must be let go of.
        if not request.is_open and not (request.detail == NEVER_ARRIVED and answer.outcome is Outcome.APPROVED):
            return account, None
        payment = known if known is not None and known.version == version else streams.payments.get(account.order_id)
        progress = after_answer(
            payment.state,
            Answered(
                kind=request.kind,
                amount=request.amount,
                outcome=answer.outcome,
                at=now,
                detail=answer.detail,
                reason=request.reason,
            ),
        )
        facts = progress.events + _asked_next(after(payment.state, *progress.events), progress.follow_up, now=now)
        saved = streams.save(payment, *facts)
        books.save(saved, now=now, key=key, outcome=answer.outcome, detail=answer.detail)
    return saved.payment.state, progress.follow_up


def _asked_next(account: Account, follow_up: RequestKind | None, *, now: datetime) -> tuple[Event, ...]:
    if follow_up is RequestKind.REFUND:
        return (ask_for_all(account, reason=account.void_reason, now=now),)
    if follow_up is RequestKind.VOID:
        books.ask(
            key=follow_up_key(account.order_id, follow_up),
            account=account,
            kind=follow_up,
            amount=Decimal(0),
            reason=account.void_reason,
            now=now,
        )
    return ()


def ask_for_all(account: Account, *, reason: str, now: datetime) -> RefundRequested:
    """Write down the request that gives all of a captured payment back; the fact must be saved."""
    wanted = account.refundable
    key = follow_up_key(account.order_id, RequestKind.REFUND)
    books.ask(key=key, account=account, kind=RequestKind.REFUND, amount=wanted.amount, reason=reason, now=now)
    return RefundRequested(order_id=account.order_id, amount=wanted, reason=reason, requested_at=now)


def follow_up_key(order_id: OrderId, kind: RequestKind) -> str:
    """The key of the request that undoes an order's payment."""
    return f"void:{order_id}" if kind is RequestKind.VOID else f"void-refund:{order_id}"


def _answer(
    *, key: str, kind: RequestKind, account: Account, amount: Decimal, ask_first: bool, may_send: bool
) -> Answer:
    serving = acquirer(account.card)
    try:
        answer = serving.outcome(key=key) if ask_first else Answer(outcome=Outcome.UNKNOWN)
        if answer.outcome is Outcome.UNKNOWN and may_send:
            answer = _send(serving, key=key, kind=kind, account=account, amount=amount)
    except ProviderSilent as error:
        raise ProviderTimedOut(order_id=account.order_id) from error
    return answer


def _send(serving: Acquirer, *, key: str, kind: RequestKind, account: Account, amount: Decimal) -> Answer:
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
