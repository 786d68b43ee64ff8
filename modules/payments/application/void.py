"""Undo a payment, whatever became of it so far, even if it has not started yet.

A payment whose authorisation is still on its way is void at once; should the provider approve it later, it is let go
of there. An authorised one is void when the provider says so; if a capture was faster, the money goes back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from contracts.kernel import OrderId
from contracts.payments import PaymentState, PaymentVoided
from modules.payments.application.carry_out import carry_out, follow_up_key, write_refund_of_all
from modules.payments.domain.lifecycle import Account, RequestKind
from modules.payments.infra import books
from modules.payments.models import LONGEST_REASON
from seamline.data import atomic
from seamline.events import publish

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
            return None
        account = books.locked(order_id)
        assert account is not None
        if account.settled_elsewhere:
            return None
        if account.state is PaymentState.CAPTURED:
            return _give_back(account, reason=reason, now=now)
        if account.state in (PaymentState.PENDING, PaymentState.AUTHORISED):
            return _let_go(account, reason=reason, now=now)
        if account.state is PaymentState.VOIDED:
            return _unfinished(account, kind=RequestKind.VOID)
        return None


def _let_go(account: Account, *, reason: str, now: datetime) -> _Undoing:
    is_new = not account.void_reason
    if is_new:
        pending = account.state is PaymentState.PENDING
        account = replace(account, void_reason=reason, state=PaymentState.VOIDED if pending else account.state)
        key = follow_up_key(account.order_id, RequestKind.VOID)
        books.ask(key=key, account=account, kind=RequestKind.VOID, amount=Decimal(0), reason=reason, now=now)
        books.save(account, now=now)
        if pending:
            publish(PaymentVoided(order_id=account.order_id, amount=account.amount, voided_at=now))
    return _Undoing(kind=RequestKind.VOID, account=account, amount=Decimal(0), is_new=is_new)


def _give_back(account: Account, *, reason: str, now: datetime) -> _Undoing | None:
    amount = account.refundable.amount
    if not amount:
        return _unfinished(account, kind=RequestKind.REFUND)
    account = write_refund_of_all(replace(account, void_reason=reason), reason=reason, now=now)
    books.save(account, now=now)
    return _Undoing(kind=RequestKind.REFUND, account=account, amount=amount, is_new=True)


def _unfinished(account: Account, *, kind: RequestKind) -> _Undoing | None:
    asked = books.asked(follow_up_key(account.order_id, kind))
    if asked is None or not asked.is_open:
        return None
    return _Undoing(kind=kind, account=account, amount=asked.amount, is_new=False)
