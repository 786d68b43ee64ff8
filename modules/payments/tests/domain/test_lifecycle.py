"""Answers in any order, early, late or doubled, never make a payment hold more money than it says."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from contracts.kernel import Money, OrderId
from contracts.payments import PaymentCaptured, PaymentState, PaymentVoided
from modules.payments.domain.account import Account, after
from modules.payments.domain.ledger import postings
from modules.payments.domain.lifecycle import Answered, Outcome, RequestKind, after_answer
from seamline.contract import Event

PENDING = Account(order_id=OrderId(uuid.uuid4()), amount=Money(amount=Decimal("10.00")))
NOW = datetime(2026, 11, 23, tzinfo=UTC)
answers = st.tuples(
    st.sampled_from([RequestKind.AUTHORISE, RequestKind.CAPTURE, RequestKind.VOID]),
    st.sampled_from([Outcome.APPROVED, Outcome.DECLINED]),
    st.sampled_from(["", "already_captured", "card_declined"]),
)


def answered(kind: RequestKind, outcome: Outcome, detail: str = "", amount: Decimal = Decimal(0)) -> Answered:
    return Answered(kind=kind, amount=amount, outcome=outcome, detail=detail, at=NOW)


@given(st.lists(answers, max_size=12), st.booleans())
def test_each_fact_happens_once_at_most_whatever_answers_arrive(answers: list, voiding: bool) -> None:
    account = replace(PENDING, void_reason="gave up" if voiding else "")
    happened: list[type[Event]] = []
    moved: dict[str, Decimal] = {}
    for kind, outcome, detail in answers:
        for event in after_answer(account, answered(kind, outcome, detail)).events:
            for posting in postings(account, event):
                moved[posting.account] = moved.get(posting.account, Decimal(0)) + posting.amount
            happened.append(type(event))
            account = after(account, event)
        assert sum(moved.values()) == 0
    assert len(happened) == len(set(happened))
    assert (account.state is PaymentState.CAPTURED) == (PaymentCaptured in happened)
    assert not {PaymentVoided, PaymentCaptured} <= set(happened)
    assert moved.get("provider", 0) == (10 if account.state is PaymentState.CAPTURED else 0)
    assert moved.get("authorised", 0) == (10 if account.state is PaymentState.AUTHORISED else 0)


def test_approval_of_a_void_payment_asks_for_its_release() -> None:
    late = replace(PENDING, state=PaymentState.VOIDED, void_reason="gave up")
    progress = after_answer(late, answered(RequestKind.AUTHORISE, Outcome.APPROVED))
    assert (progress.events, progress.follow_up) == ((), RequestKind.VOID)


@given(st.lists(st.tuples(st.integers(1, 500), st.booleans()), max_size=8))
def test_refunds_move_from_waiting_to_refunded_or_back(refunds: list[tuple[int, bool]]) -> None:
    total = sum(pence for pence, _ in refunds)
    account = replace(PENDING, state=PaymentState.CAPTURED, amount=Money(amount=Decimal(5000) / 100))
    account = replace(account, refunding=Decimal(total) / 100)
    given_back = Decimal(0)
    for pence, approved in refunds:
        amount = Decimal(pence) / 100
        outcome = Outcome.APPROVED if approved else Outcome.DECLINED
        account = after(account, *after_answer(account, answered(RequestKind.REFUND, outcome, amount=amount)).events)
        given_back += amount if approved else 0
    assert (account.refunded, account.refunding) == (given_back, 0)
    assert (account.state is PaymentState.REFUNDED) == (given_back == account.amount.amount)
