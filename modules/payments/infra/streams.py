"""Payments as streams of events: what is saved here is the truth; the rows of ``books`` follow in the same commit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from contracts.payments import (
    PaymentAuthorised,
    PaymentCaptured,
    PaymentChargedBack,
    PaymentRefunded,
    PaymentRefused,
    PaymentVoided,
)
from modules.payments.domain.account import Account, evolve
from modules.payments.domain.events import (
    PaymentForbidden,
    PaymentStarted,
    RefundFailed,
    RefundRequested,
    SettlementTaken,
    VoidRequested,
)
from modules.payments.domain.ledger import Entry, postings
from seamline.contract import Event
from seamline.eventsourcing import Aggregate, AggregateType, Repository

PAYMENT = AggregateType(
    module="payments",
    name="payment",
    events=(
        PaymentStarted,
        PaymentForbidden,
        SettlementTaken,
        PaymentAuthorised,
        PaymentRefused,
        PaymentCaptured,
        VoidRequested,
        PaymentVoided,
        RefundRequested,
        RefundFailed,
        PaymentRefunded,
        PaymentChargedBack,
    ),
    state=Account,
    initial=Account,
    evolve=evolve,
    snapshot_every=100,
    permission="payments.view_paymentrow",
    hidden=("token", "card"),
)
payments = Repository(PAYMENT)


class Saved(NamedTuple):
    """A payment after what happened to it, and what that moves in the ledger."""

    payment: Aggregate[Account]
    entries: list[Entry]


def save(payment: Aggregate[Account], *events: Event) -> Saved:
    """Append what happened to a payment."""
    return save_all([(payment, events)])[0]


def save_all(changes: Sequence[tuple[Aggregate[Account], Sequence[Event]]]) -> list[Saved]:
    """The same for many payments, in one statement."""
    return [
        Saved(after, entries_of(before, events, after))
        for (before, events), after in zip(changes, payments.save_all(changes), strict=True)
    ]


def entries_of(before: Aggregate[Account], events: Sequence[Event], after: Aggregate[Account]) -> list[Entry]:
    """What the events move, booked at the moment of the last; what moved elsewhere, when it did."""
    account, entries = before.state, []
    settled = [event.settled_at for event in events if isinstance(event, SettlementTaken)]
    at = settled[0] if settled else after.at
    for version, event in enumerate(events, start=before.version + 1):
        entries += [
            Entry(stream=PAYMENT.stream(after.id), version=version, key=after.id, posting=posting, at=at)
            for posting in postings(account, event)
            if posting.amount
        ]
        account = evolve(account, event)
    return entries
