"""Answers in any order, early, late or doubled, never make a payment hold more money than it says."""

from __future__ import annotations

import uuid
from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from contracts.kernel import Money, OrderId
from contracts.payments import PaymentMethod, PaymentState
from modules.payments.domain.lifecycle import Account, Happened, Outcome, RequestKind, after_answer

PENDING = Account(
    order_id=OrderId(uuid.uuid4()),
    amount=Money(amount=Decimal("10.00")),
    refunded=Decimal(0),
    refunding=Decimal(0),
    state=PaymentState.PENDING,
    void_reason="",
    never_started=False,
    settled_elsewhere=False,
    method=PaymentMethod(token="", brand="", last4=""),
    card="",
    decline_reason="",
)
answers = st.tuples(
    st.sampled_from([RequestKind.AUTHORISE, RequestKind.CAPTURE, RequestKind.VOID]),
    st.sampled_from([Outcome.APPROVED, Outcome.DECLINED]),
    st.sampled_from(["", "already_captured", "card_declined"]),
)


@given(st.lists(answers, max_size=12), st.booleans())
def test_each_fact_happens_once_at_most_whatever_answers_arrive(answers: list, voiding: bool) -> None:
    account = replace(PENDING, void_reason="gave up" if voiding else "")
    happened: list[Happened] = []
    for kind, outcome, detail in answers:
        progress = after_answer(account, kind=kind, amount=Decimal(0), outcome=outcome, detail=detail)
        account = progress.account
        happened += progress.happened
    assert len(happened) == len(set(happened))
    assert (account.state is PaymentState.CAPTURED) == (Happened.CAPTURED in happened)
    assert not {Happened.VOIDED, Happened.CAPTURED} <= set(happened)


def test_approval_of_a_void_payment_asks_for_its_release() -> None:
    late = replace(PENDING, state=PaymentState.VOIDED, void_reason="gave up")
    progress = after_answer(late, kind=RequestKind.AUTHORISE, amount=Decimal(0), outcome=Outcome.APPROVED)
    assert (progress.account, progress.follow_up, progress.happened) == (late, RequestKind.VOID, ())


@given(st.lists(st.tuples(st.integers(1, 500), st.booleans()), max_size=8))
def test_refunds_move_from_waiting_to_refunded_or_back(refunds: list[tuple[int, bool]]) -> None:
    total = sum(pence for pence, _ in refunds)
    account = replace(PENDING, state=PaymentState.CAPTURED, amount=Money(amount=Decimal(5000) / 100))
    account = replace(account, refunding=Decimal(total) / 100)
    given_back = Decimal(0)
    for pence, approved in refunds:
        amount = Decimal(pence) / 100
        outcome = Outcome.APPROVED if approved else Outcome.DECLINED
        account = after_answer(account, kind=RequestKind.REFUND, amount=amount, outcome=outcome).account
        given_back += amount if approved else 0
    assert (account.refunded, account.refunding) == (given_back, 0)
    assert (account.state is PaymentState.REFUNDED) == (given_back == account.amount.amount)
