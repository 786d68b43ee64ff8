"""Crashes and silences at every point between the intent and its outcome: money moves once, and nothing hangs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from contracts.kernel import OrderId
from contracts.payments import CardDeclined, Payments, PaymentState, ProviderTimedOut, WrongPaymentState
from modules.payments.application.carry_out import record
from modules.payments.application.ports import Answer
from modules.payments.application.settle_pending import GRACE, settle_pending
from modules.payments.domain.lifecycle import NEVER_ARRIVED, Outcome
from modules.payments.tests.helpers import (
    LOSES_ANSWER,
    LOSES_REQUEST,
    Failing,
    assert_books_agree,
    authorised,
    captured,
    card,
    events,
    new_order,
    pounds,
    rows,
)
from seamline.calls import use

pytestmark = pytest.mark.usefixtures("database")
SOON = datetime.now(UTC) + timedelta(minutes=5)
LATE = datetime.now(UTC) + GRACE + timedelta(hours=1)


class Killed(BaseException):
    """The process dies: nothing of ours catches it."""


def state(order_id: OrderId) -> PaymentState:
    return use(Payments).payment(order_id=order_id).state


def begun(kind: str) -> tuple[OrderId, Callable[[], object]]:
    """An order that is ready for this command, and the command with one key, as a saga repeats it."""
    payments = use(Payments, idempotency_key="step")
    if kind == "authorise":
        order_id, token = new_order(), card()
        return order_id, lambda: payments.authorise(order_id=order_id, amount=pounds("10.00"), payment_method=token)
    if kind == "refund":
        order_id = captured()
        return order_id, lambda: payments.refund(order_id=order_id, amount=pounds("4.00"), reason="broken")
    order_id = authorised()
    if kind == "capture":
        return order_id, lambda: payments.capture(order_id=order_id)
    return order_id, lambda: payments.void(order_id=order_id, reason="compensation")


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("kind", ["authorise", "capture", "void", "refund"])
@pytest.mark.parametrize("error", ["killed", "silent"])
def test_command_goes_on_with_its_key_after_a_crash_or_a_silence(
    kind: str, moment: str, error: str, failing: Failing
) -> None:
    _, command = begun(kind)
    if error == "killed":
        failing.error = Killed
    getattr(failing, moment).append(kind)
    with pytest.raises(Killed if error == "killed" else ProviderTimedOut):
        command()
    getattr(failing, moment).clear()
    command()
    command()
    assert rows("SELECT count(*) FROM sandbox_operation WHERE kind = %s", [kind]) == [(1,)]
    assert_books_agree()


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize(
    ("kind", "ends"),
    [("capture", PaymentState.CAPTURED), ("void", PaymentState.VOIDED), ("refund", PaymentState.CAPTURED)],
)
def test_what_was_decided_is_finished_by_the_job_when_nobody_calls_again(
    kind: str, ends: PaymentState, moment: str, failing: Failing
) -> None:
    order_id, command = begun(kind)
    failing.error = Killed
    getattr(failing, moment).append(kind)
    with pytest.raises(Killed):
        command()
    getattr(failing, moment).clear()
    assert settle_pending() == 0, "its caller may still be at it"
    assert settle_pending(at=SOON) == 1
    assert settle_pending(at=LATE) == 0
    assert state(order_id) is ends
    assert rows("SELECT count(*) FROM sandbox_operation WHERE kind = %s", [kind]) == [(1,)]
    assert_books_agree()


def test_job_learns_that_a_lost_answer_was_a_yes() -> None:
    order_id = new_order()
    with pytest.raises(ProviderTimedOut):
        use(Payments).authorise(order_id=order_id, amount=pounds("10.00"), payment_method=card(LOSES_ANSWER))
    assert settle_pending(at=SOON) == 1
    assert state(order_id) is PaymentState.AUTHORISED
    assert_books_agree()


def test_request_that_never_arrived_is_given_up_after_the_grace_and_not_before() -> None:
    order_id, token = new_order(), card(LOSES_REQUEST)
    with pytest.raises(ProviderTimedOut):
        use(Payments).authorise(order_id=order_id, amount=pounds("10.00"), payment_method=token)
    assert settle_pending(at=SOON) == 0
    assert state(order_id) is PaymentState.PENDING
    assert settle_pending(at=LATE) == 1
    assert state(order_id) is PaymentState.DECLINED
    with pytest.raises(CardDeclined):
        use(Payments).authorise(order_id=order_id, amount=pounds("10.00"), payment_method=token)
    assert_books_agree()


def test_silent_provider_does_not_stop_the_job_and_is_asked_again(failing: Failing) -> None:
    order_id, command = begun("capture")
    failing.before.append("capture")
    with pytest.raises(ProviderTimedOut):
        command()
    assert settle_pending(at=SOON) == 0
    failing.before.clear()
    assert settle_pending(at=SOON) == 0, "the next attempt is put off"
    assert settle_pending(at=LATE) == 1
    assert state(order_id) is PaymentState.CAPTURED


def test_approval_that_arrives_after_the_void_is_let_go_of(failing: Failing) -> None:
    order_id, token = new_order(), card()
    failing.on_call = lambda kind: kind == "authorise" and use(Payments).void(order_id=order_id, reason="gave up")
    with pytest.raises(CardDeclined) as caught:
        use(Payments).authorise(order_id=order_id, amount=pounds("10.00"), payment_method=token)
    assert caught.value.reason == "voided"
    assert state(order_id) is PaymentState.VOIDED
    assert rows("SELECT voided FROM sandbox_charge") == [(True,)]
    assert events() == ["payments.payment_voided"]
    assert_books_agree()


def test_approval_that_nobody_recorded_is_let_go_of_when_the_void_could_not_reach_it(failing: Failing) -> None:
    order_id, token = new_order(), card()
    failing.after.append("authorise")
    with pytest.raises(ProviderTimedOut):
        use(Payments).authorise(order_id=order_id, amount=pounds("10.00"), payment_method=token)
    failing.before.append("void")
    with pytest.raises(ProviderTimedOut):
        use(Payments).void(order_id=order_id, reason="gave up")
    failing.before.clear()
    use(Payments).void(order_id=order_id, reason="gave up")
    assert settle_pending(at=SOON) == 1
    assert state(order_id) is PaymentState.VOIDED
    assert_books_agree()


def test_approval_that_arrives_after_the_request_was_given_up_is_let_go_of(failing: Failing) -> None:
    order_id, token = new_order(), card(LOSES_REQUEST)
    with pytest.raises(ProviderTimedOut):
        use(Payments).authorise(order_id=order_id, amount=pounds("10.00"), payment_method=token)
    rows("UPDATE sandbox_card SET behaviour = 'approves' RETURNING reference")
    failing.on_call = lambda kind: settle_late_without_seeing_it(kind, order_id)
    with pytest.raises(CardDeclined):
        use(Payments).authorise(order_id=order_id, amount=pounds("10.00"), payment_method=token)
    assert state(order_id) is PaymentState.DECLINED
    assert rows("SELECT voided FROM sandbox_charge") == [(True,)]
    assert_books_agree()


def settle_late_without_seeing_it(kind: str, order_id: OrderId) -> None:
    """Give the authorisation up at the moment between the provider's approval and its recording."""
    if kind == "authorise":
        record(key=f"authorise:{order_id}", answer=Answer(outcome=Outcome.DECLINED, detail=NEVER_ARRIVED))


def test_money_goes_back_when_the_capture_was_faster_than_the_void(failing: Failing) -> None:
    order_id = authorised()
    failing.after.append("capture")
    with pytest.raises(ProviderTimedOut):
        use(Payments).capture(order_id=order_id)
    use(Payments).void(order_id=order_id, reason="gave up")
    assert state(order_id) is PaymentState.REFUNDED
    settle_pending(at=SOON)
    assert rows("SELECT captured - refunded FROM sandbox_charge") == [(0,)]
    assert events()[-2:] == ["payments.payment_captured", "payments.payment_refunded"]
    assert_books_agree()


def test_capture_is_refused_while_a_void_waits_for_the_provider(failing: Failing) -> None:
    order_id = authorised()
    failing.before.append("void")
    with pytest.raises(ProviderTimedOut):
        use(Payments).void(order_id=order_id, reason="gave up")
    with pytest.raises(WrongPaymentState) as caught:
        use(Payments).capture(order_id=order_id)
    assert caught.value.state is PaymentState.VOIDED
    failing.before.clear()
    assert settle_pending(at=SOON) == 1
    assert state(order_id) is PaymentState.VOIDED
    assert_books_agree()
