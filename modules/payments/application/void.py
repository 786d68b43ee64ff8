"""Undo a payment, whatever became of it so far, even if it has not started yet.

A payment whose authorisation is still on its way is void at once; should the provider approve it later, it is let go
of there. An authorised one is void when the provider says so; if a capture was faster, the money goes back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from contracts.kernel import OrderId
from contracts.payments import PaymentState, PaymentVoided
from modules.payments.application.carry_out import ask_for_all, carry_out, follow_up_key
from modules.payments.domain.account import Account
from modules.payments.domain.events import PaymentForbidden, VoidRequested
from modules.payments.domain.lifecycle import RequestKind
from modules.payments.infra import books, streams
from modules.payments.models import LONGEST_REASON
from seamline.contract import Event
from seamline.data import atomic
from seamline.eventsourcing import Aggregate

NO_REASON = "voided"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Undoing:
    kind: RequestKind
    account: Account
    amount: Decimal
    is_new: bool


def void(*, order_id: OrderId, reason: str) -> None:
    """Let a pending or authorised payment go, give a captured one back; twice, or what never was, changes nothing.

    Money that was settled elsewhere is not this provider's to give back and stays as it is.

    :raises ProviderTimedOut: no answer in time; called again, or later by itself, it goes on.
    """
    undoing = _decide(order_id=order_id, reason=reason[:LONGEST_REASON] or NO_REASON, now=timezone.now())
    if undoing is not None:
        carry_out(
            key=follow_up_key(order_id, undoing.kind),
            kind=undoing.kind,
            account=undoing.account,
            amount=undoing.amount,
            ask_first=not undoing.is_new,
        )


def _decide(*, order_id: OrderId, reason: str, now: datetime) -> _Undoing | None:
    with atomic("payments"):
        if books.forbid(order_id=order_id, reason=reason, now=now):
            fact = PaymentForbidden(order_id=order_id, reason=reason, forbidden_at=now)
            streams.payments.save(streams.payments.new(order_id), fact)
            return None
        books.locked(order_id)
        payment = streams.payments.get(order_id)
        account = payment.state
        if account.settled_elsewhere:
            return None
        if account.state is PaymentState.CAPTURED:
            return _give_back(payment, reason=reason, now=now)
        if account.state in (PaymentState.PENDING, PaymentState.AUTHORISED):
            return _let_go(payment, reason=reason, now=now)
        if account.state is PaymentState.VOIDED:
            return _unfinished(account, kind=RequestKind.VOID)
        return None


def _let_go(payment: Aggregate[Account], *, reason: str, now: datetime) -> _Undoing:
    account = payment.state
    is_new = not account.void_reason
    if is_new:
        order_id = account.order_id
        facts: list[Event] = [VoidRequested(order_id=order_id, reason=reason, requested_at=now)]
        if account.state is PaymentState.PENDING:
            facts.append(PaymentVoided(order_id=order_id, amount=account.amount, voided_at=now))
        key = follow_up_key(order_id, RequestKind.VOID)
        books.ask(key=key, account=account, kind=RequestKind.VOID, amount=Decimal(0), reason=reason, now=now)
        saved = streams.save(payment, *facts)
        books.save(saved, now=now)
        account = saved.payment.state
    return _Undoing(kind=RequestKind.VOID, account=account, amount=Decimal(0), is_new=is_new)


def _give_back(payment: Aggregate[Account], *, reason: str, now: datetime) -> _Undoing | None:
    account = payment.state
    amount = account.refundable.amount
    if not amount:
        return _unfinished(account, kind=RequestKind.REFUND)
    wanted = VoidRequested(order_id=account.order_id, reason=reason, requested_at=now)
    saved = streams.save(payment, wanted, ask_for_all(account, reason=reason, now=now))
    books.save(saved, now=now)
    return _Undoing(kind=RequestKind.REFUND, account=saved.payment.state, amount=amount, is_new=True)


def _unfinished(account: Account, *, kind: RequestKind) -> _Undoing | None:
    asked = books.asked(follow_up_key(account.order_id, kind))
    if asked is None or not asked.is_open:
        return None
    return _Undoing(kind=kind, account=account, amount=asked.amount, is_new=False)
