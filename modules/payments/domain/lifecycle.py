"""The life of a payment: which facts follow from each answer of the provider. Pure: an account in, events out.

The provider's word is the truth about money. An answer may arrive late, twice, or after the shop changed its mind;
what then has to follow (let go of an authorisation that nobody wants any more, give back what was captured meanwhile)
is decided here, and only carried out elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from contracts.payments import (
    PaymentAuthorised,
    PaymentCaptured,
    PaymentRefunded,
    PaymentRefused,
    PaymentState,
    PaymentVoided,
)
from modules.payments.domain.account import Account
from modules.payments.domain.events import RefundFailed
from seamline.contract import Event

LARGEST_AMOUNT = Decimal("9999999.99")
ALREADY_CAPTURED = "already_captured"
"""The detail with which a provider refuses to void what it has captured."""


NEVER_ARRIVED = "never_reached_provider"
"""The detail of a request that was given up because the provider never saw it."""


class RequestKind(StrEnum):
    """What the provider is asked to do."""

    AUTHORISE = "authorise"
    CAPTURE = "capture"
    VOID = "void"
    REFUND = "refund"


class Outcome(StrEnum):
    """What the provider says of a request. ``UNKNOWN``: it never saw it; ``PENDING``: the bank has yet to decide."""

    APPROVED = "approved"
    DECLINED = "declined"
    UNKNOWN = "unknown"
    PENDING = "pending"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What an answer means for a payment: the facts that follow, and what must be asked for next."""

    events: tuple[Event, ...] = ()
    follow_up: RequestKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The provider's answer to a request, which nobody has applied yet. ``amount`` and ``reason`` are the request's."""

    kind: RequestKind
    amount: Decimal
    outcome: Outcome
    at: datetime
    detail: str = ""
    reason: str = ""

    @property
    def approved(self) -> bool:
        """Whether the provider did what it was asked for."""
        return self.outcome is Outcome.APPROVED


def after_answer(account: Account, answer: Answered) -> Progress:
    """What follows from an answer."""
    match answer.kind:
        case RequestKind.AUTHORISE:
            return _authorised(account, answer) if answer.approved else _authorisation_refused(account, answer)
        case RequestKind.CAPTURE:
            return _captured(account, answer) if answer.approved else _capture_refused(account, answer)
        case RequestKind.VOID:
            if not answer.approved and answer.detail == ALREADY_CAPTURED:
                return _captured(account, answer)
            return _let_go(account, answer)
        case RequestKind.REFUND:
            return Progress(
                events=(_refunded(account, answer) if answer.approved else _refund_failed(account, answer),)
            )


def _authorised(account: Account, answer: Answered) -> Progress:
    if account.state is PaymentState.PENDING:
        fact = PaymentAuthorised(order_id=account.order_id, amount=account.amount, authorised_at=answer.at)
        return Progress(events=(fact,))
    if account.state in (PaymentState.VOIDED, PaymentState.DECLINED):
        return Progress(follow_up=RequestKind.VOID)
    return Progress()


def _authorisation_refused(account: Account, answer: Answered) -> Progress:
    return _refused(account, answer) if account.state is PaymentState.PENDING else Progress()


def _captured(account: Account, answer: Answered) -> Progress:
    if account.state is not PaymentState.AUTHORISED:
        return Progress()
    fact = PaymentCaptured(order_id=account.order_id, amount=account.amount, captured_at=answer.at)
    return Progress(events=(fact,), follow_up=RequestKind.REFUND if account.void_reason else None)


def _capture_refused(account: Account, answer: Answered) -> Progress:
    # With a void under way, the void's own answer decides.
    if account.state is not PaymentState.AUTHORISED or account.void_reason:
        return Progress()
    return _refused(account, answer)


def _refused(account: Account, answer: Answered) -> Progress:
    fact = PaymentRefused(order_id=account.order_id, amount=account.amount, reason=answer.detail, refused_at=answer.at)
    return Progress(events=(fact,))


def _let_go(account: Account, answer: Answered) -> Progress:
    if account.state is not PaymentState.AUTHORISED:
        return Progress()
    fact = PaymentVoided(order_id=account.order_id, amount=account.amount, voided_at=answer.at)
    return Progress(events=(fact,))


def _refunded(account: Account, answer: Answered) -> PaymentRefunded:
    return PaymentRefunded(
        order_id=account.order_id,
        amount=account.money(answer.amount),
        reason=answer.reason,
        refunded_at=answer.at,
    )


def _refund_failed(account: Account, answer: Answered) -> RefundFailed:
    return RefundFailed(
        order_id=account.order_id, amount=account.money(answer.amount), reason=answer.detail, failed_at=answer.at
    )
