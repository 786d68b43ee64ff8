"""The life of a payment: what each answer of the provider makes of it. Pure: states in, states out.

The provider's word is the truth about money. An answer may arrive late, twice, or after the shop changed its mind;
what then has to follow (let go of an authorisation that nobody wants any more, give back what was captured meanwhile)
is decided here, and only carried out elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from contracts.kernel import Money, OrderId
from contracts.payments import Payment, PaymentMethod, PaymentState

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
    """What the provider says of a request. ``UNKNOWN``: it never saw it."""

    APPROVED = "approved"
    DECLINED = "declined"
    UNKNOWN = "unknown"


class Happened(StrEnum):
    """What became a fact by an answer, to be published."""

    AUTHORISED = "authorised"
    REFUSED = "refused"
    CAPTURED = "captured"
    VOIDED = "voided"
    REFUNDED = "refunded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A payment as this module keeps it."""

    order_id: OrderId
    amount: Money
    refunded: Decimal
    refunding: Decimal
    """Asked back from the provider, whose answer is not known yet."""
    state: PaymentState
    void_reason: str
    """Not empty once the shop wants it undone; the state follows when the provider has answered."""
    never_started: bool
    """Voided before it was authorised: refuses the authorisation that may still arrive."""
    settled_elsewhere: bool
    method: PaymentMethod
    card: str
    """The provider's own reference of the card."""
    decline_reason: str

    @property
    def refundable(self) -> Money:
        """What can still be given back."""
        return Money(amount=self.amount.amount - self.refunded - self.refunding, currency=self.amount.currency)

    def payment(self) -> Payment:
        """As the contract shows it."""
        return Payment(
            order_id=self.order_id,
            amount=self.amount,
            refunded=Money(amount=self.refunded, currency=self.amount.currency),
            state=self.state,
            method=self.method,
            decline_reason=self.decline_reason,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What an answer makes of a payment: its new state, what became a fact, and what must be asked for next."""

    account: Account
    happened: tuple[Happened, ...] = ()
    follow_up: RequestKind | None = None


def after_answer(
    account: Account, *, kind: RequestKind, amount: Decimal, outcome: Outcome, detail: str = ""
) -> Progress:
    """Apply the provider's answer to one request, which nobody has applied yet.

    :param amount: of the request; counts for refunds.
    """
    approved = outcome is Outcome.APPROVED
    match kind:
        case RequestKind.AUTHORISE:
            return _authorised(account) if approved else _authorisation_refused(account, detail)
        case RequestKind.CAPTURE:
            return _captured(account) if approved else _capture_refused(account, detail)
        case RequestKind.VOID:
            if not approved and detail == ALREADY_CAPTURED:
                return _captured(account)
            return _let_go(account)
        case RequestKind.REFUND:
            return _refunded(account, amount) if approved else _refund_refused(account, amount)


def _authorised(account: Account) -> Progress:
    if account.state is PaymentState.PENDING:
        return Progress(account=replace(account, state=PaymentState.AUTHORISED), happened=(Happened.AUTHORISED,))
    if account.state in (PaymentState.VOIDED, PaymentState.DECLINED):
        return Progress(account=account, follow_up=RequestKind.VOID)
    return Progress(account=account)


def _authorisation_refused(account: Account, detail: str) -> Progress:
    if account.state is not PaymentState.PENDING:
        return Progress(account=account)
    return _refused(account, detail)


def _captured(account: Account) -> Progress:
    if account.state is not PaymentState.AUTHORISED:
        return Progress(account=account)
    return Progress(
        account=replace(account, state=PaymentState.CAPTURED),
        happened=(Happened.CAPTURED,),
        follow_up=RequestKind.REFUND if account.void_reason else None,
    )


def _capture_refused(account: Account, detail: str) -> Progress:
    # With a void under way, the void's own answer decides.
    if account.state is not PaymentState.AUTHORISED or account.void_reason:
        return Progress(account=account)
    return _refused(account, detail)


def _refused(account: Account, detail: str) -> Progress:
    declined = replace(account, state=PaymentState.DECLINED, decline_reason=detail)
    return Progress(account=declined, happened=(Happened.REFUSED,))


def _let_go(account: Account) -> Progress:
    if account.state is not PaymentState.AUTHORISED:
        return Progress(account=account)
    return Progress(account=replace(account, state=PaymentState.VOIDED), happened=(Happened.VOIDED,))


def _refunded(account: Account, amount: Decimal) -> Progress:
    refunded = account.refunded + amount
    state = PaymentState.REFUNDED if refunded == account.amount.amount else account.state
    changed = replace(account, refunded=refunded, refunding=account.refunding - amount, state=state)
    return Progress(account=changed, happened=(Happened.REFUNDED,))


def _refund_refused(account: Account, amount: Decimal) -> Progress:
    return Progress(account=replace(account, refunding=account.refunding - amount))
